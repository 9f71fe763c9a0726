import { asReleaseError, type Reading, found, unknown } from "@lateen/kernel";
import { accessReview } from "./api/wire.ts";
import type { Cluster } from "./cluster.ts";
import type { WorkloadKind } from "./workloads/workload-ref.ts";

/** One permission, and whether it is there. */
export interface AccessFinding {
  readonly verb: string;
  /** Such as `deployments.apps`. */
  readonly resource: string;
  /** Undefined: in all namespaces. */
  readonly namespace: string | undefined;
  readonly allowed: Reading<boolean>;
}

/** Asks the API server what the driver may do (SelfSubjectAccessReview, which stores nothing and which everyone may ask). */
export async function checkAccess({ api, scope }: Cluster, signal?: AbortSignal): Promise<readonly AccessFinding[]> {
  const namespaces = scope.namespaces === "*" ? [undefined] : scope.namespaces;
  const wanted = namespaces.flatMap((namespace) =>
    rbacRules(scope.kinds).flatMap(({ group, resource, verbs }) =>
      verbs.map((verb) => ({ group, resource, verb, namespace })),
    ),
  );
  return Promise.all(
    wanted.map(async ({ group, resource, verb, namespace }) => {
      const resourceAttributes = { group, resource, verb, ...(namespace === undefined ? {} : { namespace }) };
      const body = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes },
      };
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      const allowed = await api.post(path, body, accessReview, signal).then(
        (review): Reading<boolean> => found(review.status.allowed),
        (error: unknown): Reading<boolean> => unknown(asReleaseError(error)),
      );
      return { verb, resource: group === "" ? resource : `${resource}.${group}`, namespace, allowed };
    }),
  );
}

interface RbacRule {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

/** Everything that the driver asks of an API server: workloads are read, watched and patched, pods are read. */
function rbacRules(kinds: readonly WorkloadKind[]): readonly RbacRule[] {
  const workloads = kinds.map((resource) => ({ group: "apps", resource, verbs: ["get", "list", "watch", "patch"] }));
  return [...workloads, { group: "", resource: "pods", verbs: ["list"] }];
}
