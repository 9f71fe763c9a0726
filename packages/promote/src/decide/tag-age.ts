import type { Digest, Repository } from "@lateen/kernel";
import type { LedgerHead } from "../ports/ledger.ts";
import type { TagState } from "./drift.ts";

/**
 * How long a tag has named what it names, as far as the ledger shows: no registry keeps the time at which a tag was moved.
 *
 * `since`: as the newest entry says, which is so old. `before`: what it named before that entry, so it was not moved by it, or was
 * moved back. `within`: something else, so another writer has moved it since that entry.
 */
export type TagAge =
  | { readonly kind: "since" | "within"; readonly ms: number }
  | { readonly kind: "before" }
  | { readonly kind: "unknown" };

/** Decides how old the state of a tag is. */
export function decideTagAge(
  {
    repository,
    tag,
    state,
    digest,
  }: {
    readonly repository: Repository;
    readonly tag: string;
    readonly state: TagState;
    readonly digest: Digest | undefined;
  },
  newest: LedgerHead | undefined,
  now: number,
): TagAge {
  if (newest === undefined || digest === undefined) return { kind: "unknown" };
  const ms = Math.max(0, now - Date.parse(newest.entry.at));
  if (state === "follows") return { kind: "since", ms };
  if (state !== "differs") return { kind: "unknown" };
  const image = newest.entry.images.find((one) => one.repository === repository);
  const before = image?.previous.find((one) => one.tag === tag)?.digest;
  return before === digest ? { kind: "before" } : { kind: "within", ms };
}
