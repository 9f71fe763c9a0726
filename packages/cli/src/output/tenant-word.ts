/** Verdicts of the fleet about tenants that do not run the release; the reason says which of them it is. */
const offTarget: ReadonlySet<string> = new Set(["behind", "diverged", "straggler"]);

/**
 * The word of `tenant-words.table.ts` for a tenant.
 *
 * @param isRollout - Whether tenants were to be moved: one that was not handed to the control plane has not started then.
 */
export function tenantWord(
  { verdict, wave }: { readonly verdict: string; readonly wave?: string | undefined },
  isRollout: boolean,
): string {
  if (!offTarget.has(verdict)) return verdict;
  return isRollout && wave === undefined ? "not started" : "failed";
}
