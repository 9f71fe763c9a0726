import { matchesName } from "@lateen/gate/decisions";
import { didYouMean } from "../../config/suggest.ts";
import { someOf } from "../../output/text/line.ts";
import { type Finding, well, warning } from "./finding.ts";

export interface CommitChecks {
  readonly sha: string;
  readonly names: readonly string[];
}

/**
 * Judges the names that the gate waits for by the checks of recent commits, newest first.
 *
 * A name that none of several commits has is a gap: no one will ever report it. On one commit alone it may still be to come, since
 * forges create the check of a job that waits for others late.
 */
export function judgeCheckNames(wanted: readonly string[], commits: readonly CommitChecks[]): readonly Finding[] {
  const check = "forge checks";
  const seen = commits.filter(({ names }) => names.length > 0);
  const all = [...new Set(seen.flatMap(({ names }) => names))];
  const counts = commits.map(({ sha, names }) => `${new Set(names).size} on ${sha.slice(0, 7)}`).join(", ");
  const missing = wanted.filter((entry) => !all.some((name) => matchesName(entry, name)));
  if (all.length === 0)
    return wanted.length === 0
      ? [well(check, "they can be read; none are required")]
      : [
          warning(
            check,
            `they can be read, and no commit that was looked at has any: ${counts}`,
            "push a commit, let CI report, and run this again: only then names can be compared",
          ),
        ];
  const known = missing.length === 0 && wanted.length > 0 ? `; all ${wanted.length} required ones have been seen` : "";
  return [
    well(check, `they can be read: ${counts}${known}`),
    ...missing.map((entry): Finding => ({
      check,
      verdict: seen.length > 1 ? "gap" : "warning",
      fact: `no commit that was looked at has a check ${JSON.stringify(entry)}${didYouMean(entry, all)}`,
      fix: `write it in gate.checks as the forge does (${someOf(
        all.map((name) => JSON.stringify(name)),
        5,
      )}); the gate waits for it until gate.timeout`,
    })),
  ];
}
