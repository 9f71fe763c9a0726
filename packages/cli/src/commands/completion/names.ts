import { checkName, gateOf } from "../../config/config.ts";
import { join } from "node:path";
import type { Candidate } from "./candidate.ts";
import type { CompletionContext } from "./context.ts";

/** Rules that can be waived, and the checks and workflows of the configuration, each with the `=` that a reason follows. */
export async function offerChecks(context: CompletionContext): Promise<readonly Candidate[]> {
  const [settings, { waivableRules }] = await Promise.all([
    context.settings(),
    import("../../pipeline/rules.table.ts"),
  ]);
  const { checks = [], workflows = [] } = (settings && gateOf(settings.config)) ?? {};
  return [
    ...waivableRules.map(({ rule, says }) => ({ value: `${rule}=`, about: says })),
    ...checks.map((check) => ({ value: `${checkName(check)}=`, about: "a check that the gate wants" })),
    ...workflows.map(({ file }) => ({ value: `${file}=`, about: "a workflow that the gate wants" })),
  ];
}

/** Names under `environments` of the configuration; it is read as it is, since an overlay may be what makes it whole. */
export async function offerEnvironments({ host, given, budget }: CompletionContext): Promise<readonly Candidate[]> {
  const names = await budget.within(async () => {
    const [{ readConfigFile }, { isRecord }, { findConfigFile }] = await Promise.all([
      import("../../config/read-config-file.ts"),
      import("../../config/layers.ts"),
      import("./config-file.ts"),
    ]);
    const found = findConfigFile(host, given("config"));
    if (found.kind !== "file") return [];
    const { value } = await readConfigFile(found.path, host.cwd, host.files);
    const environments = isRecord(value) ? value["environments"] : undefined;
    return isRecord(environments) ? Object.keys(environments) : [];
  }, []);
  return names.map((value) => ({ value, about: "an environment of the configuration" }));
}

/** Promotion targets with their tags. */
export async function offerTargets(context: CompletionContext): Promise<readonly Candidate[]> {
  const targets = (await context.settings())?.config.promote?.targets ?? [];
  return targets.map(({ name, tags }) => ({ value: name, about: tags.join(", ") }));
}

/** The scenarios of `lateen demo`. */
export async function offerScenarios(): Promise<readonly Candidate[]> {
  const { scenarios } = await import("../../demo/scenarios.ts");
  return scenarios.map(({ name, title }) => ({ value: name, about: title }));
}

/** Workflow files of the project. */
export function offerWorkflows({ host }: CompletionContext): readonly Candidate[] {
  return [".gitea/workflows", ".github/workflows"].flatMap((folder) =>
    host.files.list(join(host.cwd, folder)).map((file) => ({ value: `${folder}/${file}`, about: "a workflow" })),
  );
}
