import { asReleaseError, createLimit, type NonEmpty, type Release, type ReleaseError } from "@lateen/kernel";
import type { Redeployment, TenantRow } from "../../ports/control-plane.ts";
import type { Tenant } from "../../ports/tenant.ts";
import type { Cluster } from "../cluster.ts";
import { moveWorkload, type WorkloadOutcome } from "./move-workload.ts";

type TenantOutcome =
  | { readonly kind: "row"; readonly row: TenantRow }
  | { readonly kind: "unreached"; readonly tenant: Tenant; readonly cause: ReleaseError };

/**
 * Moves tenants side by side, each with all its workloads.
 *
 * Only if not one of them was written to can the whole call be turned away or sent again; otherwise each tenant has its row.
 */
export async function moveTenants(
  cluster: Cluster,
  tenants: NonEmpty<Tenant>,
  release: Release,
  signal?: AbortSignal,
): Promise<Redeployment> {
  const deadline = cluster.clock.now() + cluster.timeoutMs;
  const limit = createLimit(cluster.concurrency);
  const outcomes = await Promise.all(
    tenants.map((tenant) => limit(() => moveTenant(cluster, tenant, release, deadline, signal))),
  );
  const unreached = outcomes.filter((outcome) => outcome.kind === "unreached");
  const [first] = unreached;
  if (first !== undefined && unreached.length === outcomes.length) {
    const { cause } = first;
    return { kind: cause.retryable ? "transient" : "refused", cause };
  }
  return { kind: "answered", ok: true, rows: outcomes.map(rowOf) };
}

async function moveTenant(
  cluster: Cluster,
  tenant: Tenant,
  release: Release,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<TenantOutcome> {
  const { slug } = tenant;
  const known = await cluster.tenants.find(slug);
  if (known.kind === "unknown") return { kind: "unreached", tenant, cause: known.cause };
  if (known.kind === "absent") return { kind: "row", row: { slug, hasError: true, reason: "it is gone" } };
  const outcomes = await Promise.all(
    known.value.workloads.map((ref) => moveWorkload(cluster, ref, release, deadline, signal)),
  );
  return combine(tenant, outcomes);
}

/** The worst of its workloads is what a tenant is; one of them in doubt is a tenant in doubt. */
function combine(tenant: Tenant, outcomes: readonly WorkloadOutcome[]): TenantOutcome {
  const { slug } = tenant;
  const failed = outcomes.find((outcome) => outcome.kind === "failed");
  if (failed !== undefined) return { kind: "row", row: { slug, hasError: true, reason: failed.reason } };
  const doubt = outcomes.find((outcome) => outcome.kind === "in-doubt");
  if (doubt !== undefined) return { kind: "row", row: { slug, hasError: false, inDoubt: true, reason: doubt.reason } };
  const unreached = outcomes.filter((outcome) => outcome.kind === "unreached");
  const [first] = unreached;
  if (first === undefined) return { kind: "row", row: { slug, hasError: false, commandOk: true } };
  if (unreached.length === outcomes.length) return { kind: "unreached", tenant, cause: first.cause };
  return { kind: "row", row: { slug, hasError: false, inDoubt: true, reason: first.cause.message } };
}

/** A tenant that was not reached although others were is looked at: nothing was written, so it shows what it ran. */
function rowOf(outcome: TenantOutcome): TenantRow {
  if (outcome.kind === "row") return outcome.row;
  const { tenant, cause } = outcome;
  const hasError = asReleaseError(cause).category === "auth";
  return { slug: tenant.slug, hasError, inDoubt: !hasError, reason: cause.message };
}
