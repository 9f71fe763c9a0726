import { asReleaseError, isFatal, type Reading, unknown } from "@lateen/kernel";
import type { Tenant } from "../../ports/tenant.ts";
import { type Pod, pod } from "../api/wire.ts";
import type { Cluster } from "../cluster.ts";
import type { WorkloadRef } from "../workloads/workload-ref.ts";
import { decidePods, imagesInQuestion, type PodFacts } from "./decide-pods.ts";

/** Looks at the ready pods of a tenant, fresh each time. */
export async function probeTenant(cluster: Cluster, tenant: Tenant, signal?: AbortSignal): Promise<Reading<string>> {
  const { annotation, releases, scope } = cluster;
  try {
    const known = await cluster.tenants.find(tenant.slug);
    if (known.kind !== "found") return known;
    const pods = await Promise.all(known.value.workloads.map((ref) => podsOf(cluster, ref, signal)));
    const { choice, images } = scope;
    const facts = { tenant: tenant.slug, annotation, choice, images, releases: [...releases.values()] };
    return await judgePods(cluster, { ...facts, pods: pods.flat() }, signal);
  } catch (error) {
    if (isFatal(error)) throw error;
    return unknown(asReleaseError(error));
  }
}

/**
 * Decides on pods, with what else the images in question are called: some runtimes report the manifest of their platform or its config
 * instead of the digest that was asked for. The registry is asked only then.
 */
export async function judgePods(cluster: Cluster, facts: PodFacts, signal?: AbortSignal): Promise<Reading<string>> {
  const questions = imagesInQuestion(facts);
  if (cluster.sameImage === undefined || questions.length === 0) return decidePods(facts);
  const known = new Map<string, readonly string[]>();
  for (const { repository, wanted } of questions) {
    if (known.has(wanted)) continue;
    const reading = await cluster.sameImage(`${repository}@${wanted}`, signal);
    if (reading.kind === "unknown") return reading;
    known.set(wanted, reading.kind === "found" ? reading.value : []);
  }
  return decidePods({ ...facts, sameImage: known });
}

/**
 * Pods that a workload controls. A selector alone is not enough: a job with the same labels is not part of the tenant.
 *
 * Source: Kubernetes documentation, "Owners and Dependents".
 */
export async function podsOf({ api }: Cluster, ref: WorkloadRef, signal?: AbortSignal): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods`;
  const { items } = await api.list(path, { labelSelector: ref.selector }, pod, signal);
  return items.filter(({ metadata }) => {
    const owner = metadata.ownerReferences.find(({ controller }) => controller);
    return ref.kind === "deployments" ? owner?.kind === "ReplicaSet" : owner?.uid === ref.uid;
  });
}
