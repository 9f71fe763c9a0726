import type { RolloutStatus } from "@lateen/fleet";
import type { CommitSha } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";

/** The last proof on record that the whole fleet ran a commit. */
export interface FleetProof {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its record: an entry of the ledger, or the last rollout of the journal. */
  readonly by: string;
}

/** Decides when the fleet was last proven to run `commit`; undefined if nothing on record says so. */
export function decideFleetProof(
  commit: CommitSha,
  heads: readonly LedgerHead[],
  rollout: RolloutStatus | undefined,
): FleetProof | undefined {
  const proofs = heads.flatMap(({ entry, position }): FleetProof[] =>
    entry.commit === commit && entry.fleet.verified
      ? [{ at: Date.parse(entry.fleet.at), by: `entry ${position}` }]
      : [],
  );
  const isProven = rollout?.outcome === "shipped" || rollout?.outcome === "unchanged";
  if (isProven && rollout.release.sha === commit && rollout.endedAt !== undefined)
    proofs.push({ at: rollout.endedAt, by: "the last rollout" });
  // An entry is written after the rollout that it rests on, and may rest on a later look.
  return proofs.toSorted((one, other) => other.at - one.at)[0];
}
