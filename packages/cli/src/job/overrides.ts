import { gateOf, checkName } from "../config/config.ts";
import type { Job } from "./job.ts";
import { didYouMean } from "../config/suggest.ts";
import { usageError } from "../config/errors.ts";

/**
 * Every name given to `--override` must be a rule that can be waived, or a check or workflow exactly as configured.
 * @throws ReleaseError `USAGE`
 */
export async function checkOverrides({ overrides, settings }: Pick<Job, "overrides" | "settings">): Promise<void> {
  if (overrides.size === 0) return;
  const { waivableRules } = await import("../pipeline/rules.table.ts");
  const { fleet } = settings.config;
  const gate = gateOf(settings.config);
  const names = [
    ...waivableRules.map(({ rule }) => rule),
    ...(gate?.checks ?? []).map(checkName),
    ...(gate?.workflows.map(({ file }) => file) ?? []),
    ...(fleet?.checks.map(({ name }) => name) ?? []),
  ];
  for (const name of overrides.keys()) {
    if (!names.includes(name))
      throw usageError(
        `--override ${JSON.stringify(name)} names no check that can be waived${didYouMean(name, names)}`,
        "lateen help rules lists the names",
      );
  }
}
