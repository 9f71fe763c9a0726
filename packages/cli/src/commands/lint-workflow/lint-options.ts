import { checkName } from "../../config/check-name.ts";
import { gateOf } from "../../config/gate-of.ts";
import type { Config } from "../../config/config.ts";
import { type Arguments } from "../../command-line/arguments.ts";
import type { LintOptions } from "./lint-workflow.ts";
import { usageError } from "../../config/errors.ts";

/** For which forge, and next to which gate, the workflow at `path` is judged. @throws ReleaseError `USAGE` */
export function lintOptions(path: string, args: Pick<Arguments, "text">, config: Config): LintOptions {
  const { forge } = config;
  const gate = gateOf(config);
  // Only Gitea reads that folder; the other one both do.
  const place = /(?:^|[\\/])\.gitea[\\/]/.test(path) ? "gitea" : undefined;
  return {
    kind: (args.text("forge") ?? place ?? forge?.kind ?? "github") as LintOptions["kind"],
    version: forgeVersion(args),
    branch: forge?.branch ?? "main",
    required: gate?.workflows ?? [],
    checks: (gate?.checks ?? []).map(checkName),
  };
}

/** The value of `--forge-version`. @throws ReleaseError `USAGE` for one that is no version */
export function forgeVersion(args: Pick<Arguments, "text">): string | undefined {
  const version = args.text("forge-version");
  if (version !== undefined && !/^v?\d+\.\d+/.test(version))
    throw usageError(
      `--forge-version ${JSON.stringify(version)} is not a valid version`,
      "write it as 1.22.6; lateen doctor shows it",
    );
  return version;
}
