import type { Rollout } from "../store/rollout.ts";

/** Decision of a schedule on the newest commit that could be shipped. */
export type ShippingDecision = { readonly kind: "order" } | { readonly kind: "leave"; readonly reason: string };

/** Outcomes after which a later look may find something else; after every other one a person decides. */
const passing: ReadonlySet<string> = new Set(["deferred", "superseded", "held", "unknown"]);

/** Decides if `sha` is ordered; `last` is the newest release of it that was no dry run. Total over every state. */
export function decideShipping(
  sha: string | undefined,
  last: Pick<Rollout, "id" | "state" | "outcome"> | undefined,
): ShippingDecision {
  if (sha === undefined) return { kind: "leave", reason: "nothing newer can be shipped" };
  if (last === undefined) return { kind: "order" };
  if (last.state !== "ended") return { kind: "leave", reason: `${last.id} is ${last.state}` };
  if (passing.has(last.outcome ?? "")) return { kind: "order" };
  return { kind: "leave", reason: `${last.id} ended ${last.outcome ?? "without an outcome"}` };
}
