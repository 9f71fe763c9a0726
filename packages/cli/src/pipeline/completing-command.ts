import type { RolloutPurpose } from "@lateen/fleet";
import { type CommitSha, plainText } from "@lateen/kernel";
import { quoted } from "../output/text/line.ts";

/**
 * The command line that completes what an unfinished journal was begun for.
 *
 * @param configured - How many promotion targets there are: one of several is named.
 */
export function completingCommand(commit: CommitSha, purpose: RolloutPurpose, configured: number): string {
  const { kind, reason = "", targets = [] } = purpose;
  if (kind === "release") return `lateen ship --sha ${commit}`;
  const [only = ""] = targets;
  const target = targets.length === 1 && configured > 1 ? ["--target", only] : [];
  // The journal is a file that anyone may have edited: its text is neutralised, and one word for a shell.
  const words = ["lateen", "rollback", "--to", commit, "--reason", reason, ...target];
  return words.map((word) => quoted(plainText(word, 2_000))).join(" ");
}
