import { type ResultDocument, configVersion, type Settings } from "@lateen/cli/pipeline";
import manifest from "@lateen/cli/package.json" with { type: "json" };

/** Versions of program and configuration: a result is read far from the service. */
export function stampOf(settings: Settings | undefined): Pick<ResultDocument, "lateen" | "config"> {
  const config = settings === undefined ? undefined : configVersion(settings);
  return { lateen: { version: manifest.version }, ...(config === undefined ? {} : { config }) };
}
