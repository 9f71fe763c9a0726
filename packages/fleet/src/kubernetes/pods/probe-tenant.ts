import { asReleaseError, isFatal, type Reading, unknown } from "@lateen/kernel";
import type { Tenant } from "../../ports/tenant.ts";
import { type Pod, pod } from "../api/wire.ts";
import type { Cluster } from "../cluster.ts";
import type { WorkloadRef } from "../workloads/workload-ref.ts";
import { decidePods } from "./decide-pods.ts";

/** Looks at the ready pods of a tenant, fresh each time. */
export async function probeTenant(cluster: Cluster, tenant: Tenant, signal?: AbortSignal): Promise<Reading<string>> {
  const { annotation, releases, sameImage, scope } = cluster;
  try {
    const known = await cluster.tenants.find(tenant.slug);
    if (known.kind !== "found") return known;
    const pods = await Promise.all(known.value.workloads.map((ref) => podsOf(cluster, ref, signal)));
    const { choice, images } = scope;
    const facts = { tenant: tenant.slug, annotation, choice, images, releases: [...releases.values()], sameImage };
    return decidePods({ ...facts, pods: pods.flat() });
  } catch (error) {
    if (isFatal(error)) throw error;
    return unknown(asReleaseError(error));
  }
}

/**
 * Pods that a workload controls. A selector alone is not enough: a job of the same labels is no part of the tenant.
 *
 * Source: Kubernetes documentation, "Owners and Dependents".
 */
async function podsOf({ api }: Cluster, ref: WorkloadRef, signal?: AbortSignal): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods`;
  const { items } = await api.list(path, { labelSelector: ref.selector }, pod, signal);
  return items.filter(({ metadata }) => {
    const owner = metadata.ownerReferences.find(({ controller }) => controller);
    return ref.kind === "deployments" ? owner?.kind === "ReplicaSet" : owner?.uid === ref.uid;
  });
}
