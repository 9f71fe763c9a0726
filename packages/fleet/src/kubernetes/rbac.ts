import type { WorkloadKind } from "./workloads/workload-ref.ts";

/** One rule of a role. */
export interface RbacRule {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

/** Everything that the driver asks of an API server: workloads are read, watched and patched, pods are read. */
export function rbacRules(kinds: readonly WorkloadKind[]): readonly RbacRule[] {
  const workloads = kinds.map((resource) => ({ group: "apps", resource, verbs: ["get", "list", "watch", "patch"] }));
  return [...workloads, { group: "", resource: "pods", verbs: ["list"] }];
}
