import type { Evidence } from "@lateen/kernel";
import type { ResultDocument } from "../output/result.ts";

/** What had been done and seen before an error came. */
export type Known = Pick<
  ResultDocument,
  "commit" | "supersededBy" | "images" | "gate" | "fleet" | "ledger" | "targets" | "evidence"
>;

const known = new WeakMap<object, Known>();

/** What {@link rememberKnown} takes: the account of a road, with what the document leaves out. */
type Given = Omit<Known, "evidence"> & { readonly changed?: boolean | undefined };

/**
 * Keeps what was done beside an error that came after it, so that the document of the error tells it too: tenants and tags that
 * were moved are worth more than the error. The innermost account is the fullest, and stays.
 */
export function rememberKnown(thrown: unknown, account: Given, evidence: readonly Evidence[]): void {
  if (typeof thrown !== "object" || thrown === null || known.has(thrown)) return;
  if (account.changed !== true && account.ledger === undefined) return;
  const { commit, supersededBy, images, gate, fleet, ledger, targets } = account;
  known.set(thrown, { commit, supersededBy, images, gate, fleet, ledger, targets, evidence });
}

/** What was done before `thrown`; nothing where nothing was. */
export function knownBefore(thrown: unknown): Known {
  return (typeof thrown === "object" && thrown !== null ? known.get(thrown) : undefined) ?? {};
}
