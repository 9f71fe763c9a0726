import { isShaPrefix } from "@lateen/kernel";

/** Facts that say what a fleet goes back to that a rollout has left mixed. */
export interface WayBackFacts {
  /** The release that was rolled out. */
  readonly commit: string;
  /** Commits that tenants ran before the rollout, one for each tenant; undefined if that could not be read. */
  readonly before: readonly (string | undefined)[];
  /** True if there is a ledger: a rollback is an entry of one. */
  readonly hasLedger: boolean;
}

/**
 * The command line that takes the fleet back to what most of its tenants ran before; undefined if it could not be followed.
 *
 * It names the commit: without one a rollback goes to the release before the ledger's newest. A release that halted has no entry,
 * so that would be one release too far, or none at all if it was the first.
 */
export function wayBackLine({ commit, before, hasLedger }: WayBackFacts): string | undefined {
  if (!hasLedger) return undefined;
  const counts = Map.groupBy(
    before.filter((one) => one !== undefined && isShaPrefix(one) && one !== commit),
    (one) => one,
  );
  const [most, next] = [...counts].toSorted(([, one], [, other]) => other.length - one.length);
  const isClear = most !== undefined && most[1].length !== next?.[1].length;
  return `lateen rollback --to ${isClear ? most[0] : "SHA"} --reason TEXT`;
}
