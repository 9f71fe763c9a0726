import { type Ancestry, type CommitSha, parseCommitSha, type Reading } from "@lateen/kernel";
import type { Rollout } from "../store/rollout.ts";

/** The newest queued release that descends from `sha`; undefined if there is none, or if that cannot be read. */
export async function findOvertaking(
  sha: CommitSha,
  queued: readonly Rollout[],
  history: { compare(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Ancestry>> },
  signal: AbortSignal,
): Promise<CommitSha | undefined> {
  for (const later of queued.toReversed()) {
    if (later.kind !== "release" || later.sha === undefined || later.sha === sha) continue;
    const head = parseCommitSha(later.sha);
    const reading = await history.compare(sha, head, signal);
    // What cannot be read overtakes nothing: the release then runs in its turn, and its own guard asks again.
    if (reading.kind === "found" && reading.value === "ahead") return head;
  }
  return undefined;
}
