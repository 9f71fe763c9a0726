import type { Workload } from "../api/wire.ts";

/** The kinds of workload that a tenant may be made of, as the API spells them in paths. */
export type WorkloadKind = "deployments" | "statefulsets";

export interface WorkloadRef {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Selector of its pods. */
  readonly selector: string;
}

export function pathOf({ kind, namespace, name }: Pick<WorkloadRef, "kind" | "namespace" | "name">): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${kind}/${encodeURIComponent(name)}`;
}

export function listPath(kind: WorkloadKind, namespace: string | undefined): string {
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/apps/v1${scope}/${kind}`;
}

/** A workload as people write it. */
export function describeRef({ kind, namespace, name }: Pick<WorkloadRef, "kind" | "namespace" | "name">): string {
  return `${kind === "deployments" ? "Deployment" : "StatefulSet"} ${namespace}/${name}`;
}

/** Key of a workload among all of one cluster. */
export function keyOf(kind: WorkloadKind, { namespace, name }: Workload["metadata"]): string {
  return `${kind}/${namespace}/${name}`;
}
