import { didYouMean } from "../../config/suggest.ts";
import type { Command } from "../command.ts";
import { configMissing, usageError } from "../../config/errors.ts";

/** `lateen config show`, `lateen config schema` and `lateen config result-schema`. */
export const config: Command = {
  about:
    "show: the configuration as it is used, defaults included. schema: its JSON Schema, for editors. result-schema: that of the result document.",
  positionals: { usage: "show|schema|result-schema", least: 1, most: 1 },
  options: {
    sources: {
      about:
        "where each value comes from (file and line, a variable, the default), and which secret goes to which host",
    },
  },
  examples: [
    ["lateen config show --sources", "what is used, and why"],
    ["lateen config schema > lateen.schema.json", "for an editor without the package"],
  ],
  async run(context) {
    const [, what = ""] = context.args.positionals;
    if (what === "schema") {
      const [{ configJsonSchema }, { policyDefaults }] = await Promise.all([
        import("../../config/json-schema.ts"),
        import("../../config/shown-defaults.ts"),
      ]);
      const schema = configJsonSchema(policyDefaults());
      return { outcome: "ok", document: {}, answer: JSON.stringify(schema, undefined, 2), verbatim: true };
    }
    if (what === "result-schema") {
      const { resultJsonSchema } = await import("../../output/result-schema.ts");
      return { outcome: "ok", document: {}, answer: JSON.stringify(resultJsonSchema(), undefined, 2), verbatim: true };
    }
    if (what !== "show")
      throw usageError(
        `config cannot ${JSON.stringify(what)}${didYouMean(what, ["show", "schema", "result-schema"])}`,
        "write show, schema or result-schema",
      );
    const [{ flattenSettings, formatSecrets, formatSettings }, { secretDestinations }] = await Promise.all([
      import("../../config/show.ts"),
      import("../../config/secret-destinations.ts"),
    ]);
    const settings = await context.settings();
    const [values, secrets] = [flattenSettings(settings), secretDestinations(settings.config)];
    if (values.length === 0 && settings.file === undefined)
      throw configMissing("a configuration", { file: settings.file });
    const withSources = context.args.has("sources");
    return {
      outcome: "ok",
      document: { settings: values, secrets },
      answer: [formatSettings(values, withSources), ...(withSources ? [formatSecrets(secrets)] : [])]
        .filter((part) => part !== "")
        .join("\n\n"),
    };
  },
};
