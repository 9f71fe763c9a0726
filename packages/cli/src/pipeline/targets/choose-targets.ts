import type { NonEmpty } from "@lateen/kernel";
import type { TargetConfig } from "../../config/config.ts";
import { usageError } from "../../config/errors.ts";
import { didYouMean } from "../../config/suggest.ts";
import type { Job } from "../../job/job.ts";

/** The promotion target that is named, or all. @throws ReleaseError `USAGE` for one that is not configured */
export function chooseTargets({ settings }: Pick<Job, "settings">, name: string | undefined): NonEmpty<TargetConfig> {
  const configured = settings.config.promote?.targets ?? [];
  const [first, ...others] = configured.filter((target) => name === undefined || target.name === name);
  if (first !== undefined) return [first, ...others];
  const names = configured.map((target) => target.name);
  throw usageError(
    `there is no promotion target ${JSON.stringify(name)}${didYouMean(name ?? "", names)}`,
    `use one of ${names.join(", ")}`,
  );
}
