/** A promotion target and what its ledger's newest entry names; undefined where that is nothing, or is not known. */
export interface TargetRelease {
  readonly name: string;
  readonly commit: string | undefined;
}

/**
 * Decides whether all targets are on one release, which they have to be, since there is one fleet; the answer is what is wrong.
 *
 * Each may agree with its own tags all the same: a release or a rollback that was cut short between two targets, or that was
 * restricted to one, shows nowhere else.
 */
export function decideCommonRelease(targets: readonly TargetRelease[]): string | undefined {
  const known = targets.flatMap(({ name, commit }) => (commit === undefined ? [] : [{ name, commit }]));
  if (new Set(known.map(({ commit }) => commit)).size < 2) return undefined;
  const listed = known.map(({ name, commit }) => `${name}: ${commit.slice(0, 12)}`).join("; ");
  return `the targets are on different releases (${listed}); run again what was cut short, lateen ship or lateen rollback`;
}
