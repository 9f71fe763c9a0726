import type { RolloutStatus } from "@lateen/fleet";
import { plainText } from "@lateen/kernel";
import { formatNext } from "./next-commands.ts";
import type { ResultDocument, TenantResult } from "./result.ts";

/** Maximum tenants that are named; the result has the others. */
const mostNamed = 3;

type Halted = Pick<ResultDocument, "reason" | "next"> & {
  readonly outcome: string;
  readonly fleet?: { readonly tenants: readonly TenantResult[] } | undefined;
};

/**
 * A halted rollout in three parts, the same everywhere: what broke, what the tenants said last, which commands come next.
 * Empty for any other end.
 */
export function describeHalt({ outcome, reason = "", fleet, next }: Halted): readonly string[] {
  if (outcome !== "halted") return [];
  return [
    `what broke: ${plainText(reason, 500)}`,
    lastSaid(fleet?.tenants ?? []),
    formatNext(next)
      .map((line) => line.trim())
      .join("; "),
  ].filter((line) => line !== "");
}

/** What tenants that are off target said last, as `last said: t1 runs bbbbbbb; and 3 more`; empty if all are on target. */
export function lastSaid(tenants: readonly TenantResult[]): string {
  const off = tenants.filter(isOff);
  // A tenant that has not begun is left out, unless there is no other.
  const spoke = off.filter(({ verdict }) => verdict !== "not started");
  const speakers = spoke.length === 0 ? off : spoke;
  const said = speakers.slice(0, mostNamed).map(lastWords);
  const more = speakers.length - said.length;
  return said.length === 0 ? "" : `last said: ${said.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

/** The same of a journal. */
export function describeHaltOf({
  outcome,
  reason,
  failed,
}: Pick<RolloutStatus, "outcome" | "reason" | "failed">): readonly string[] {
  const tenants = failed.map((one) => ({ slug: one.slug, verdict: "failed", after: one.sha, reason: one.reason }));
  return describeHalt({ outcome: outcome ?? "", reason, fleet: { tenants }, next: [] });
}

function isOff({ verdict }: TenantResult): boolean {
  return !["verified", "ahead", "pinned", "planned"].includes(verdict);
}

/** What a tenant said last, such as `t1 runs bbbbbbb`. */
export function lastWords({ slug, verdict, after, reason }: TenantResult): string {
  if (reason?.startsWith("runs ") === true) return `${plainText(slug, 60)} ${plainText(reason, 160)}`;
  const shown = after === undefined ? verdict : `runs ${after.slice(0, 7)}`;
  return `${plainText(slug, 60)} ${reason === undefined ? shown : `${shown}, ${plainText(reason, 160)}`}`;
}
