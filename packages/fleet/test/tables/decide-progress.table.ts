import type { Progress } from "../../src/kubernetes/move/decide-progress.ts";
import type { WorkloadKind } from "../../src/kubernetes/workloads/workload-ref.ts";

/** A workload of three replicas at one moment, and how far it is. */
export interface ProgressRow {
  readonly kind: WorkloadKind;
  readonly when: string;
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
  /** Partition that the move has set. @default 0 */
  readonly partition?: number;
  readonly progress: Progress["kind"];
}

const allNew = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
const exceeded = { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] };
const revisions = { currentRevision: "a", updateRevision: "b" };
const other = { metadata: { annotations: { revision: "c" } }, spec: { containers: [{ name: "app", image: "r@new" }] } };
const otherImage = { metadata: { annotations: { revision: "b" } }, spec: { containers: [{ name: "app", image: "r@x" }] } };

const held = (partition: number) => ({ spec: { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } } } });

/** Source: kubectl, pkg/polymorphichelpers/rollout_status.go. */
export const progressRows: readonly ProgressRow[] = [
  { kind: "deployments", when: "all pods new and available", status: allNew, progress: "done" },
  { kind: "deployments", when: "one new pod to come", status: { ...allNew, updatedReplicas: 2 }, progress: "waiting" },
  { kind: "deployments", when: "an old pod that ends", status: { ...allNew, replicas: 4 }, progress: "waiting" },
  { kind: "deployments", when: "a new pod that is not available", status: { ...allNew, availableReplicas: 2 }, progress: "waiting" },
  { kind: "deployments", when: "a controller that has not looked", status: { ...allNew, observedGeneration: 1 }, progress: "waiting" },
  { kind: "deployments", when: "its progress deadline exceeded", status: { ...allNew, availableReplicas: 1, ...exceeded }, progress: "failed" },
  { kind: "deployments", when: "a deadline exceeded before the patch", status: { ...allNew, observedGeneration: 1, ...exceeded }, progress: "waiting" },
  { kind: "deployments", when: "a state from before the patch", metadata: { generation: 1 }, spec: { template: other }, progress: "waiting" },
  { kind: "deployments", when: "another revision", spec: { template: other }, status: allNew, progress: "failed" },
  { kind: "deployments", when: "another image", spec: { template: otherImage }, status: allNew, progress: "failed" },
  { kind: "deployments", when: "a pause", spec: { paused: true }, status: allNew, progress: "failed" },
  { kind: "deployments", when: "its end near", metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" }, status: allNew, progress: "failed" },
  { kind: "deployments", when: "more replicas wanted since", spec: { replicas: 5 }, status: allNew, progress: "waiting" },
  { kind: "deployments", when: "fewer replicas wanted since", spec: { replicas: 2 }, status: { ...allNew, replicas: 3 }, progress: "done" },
  { kind: "deployments", when: "no replicas wanted", spec: { replicas: 0 }, status: {}, progress: "done" },
  { kind: "statefulsets", when: "all pods new and ready", status: { ...allNew, currentRevision: "b", updateRevision: "b" }, progress: "done" },
  { kind: "statefulsets", when: "all pods updated, the revision to follow", status: { ...allNew, ...revisions }, progress: "done" },
  { kind: "statefulsets", when: "two of three updated", status: { ...allNew, ...revisions, updatedReplicas: 2 }, progress: "waiting" },
  { kind: "statefulsets", when: "a pod that is not ready", status: { ...allNew, readyReplicas: 2 }, progress: "waiting" },
  { kind: "statefulsets", when: "a partition of somebody else", ...held(1), status: allNew, progress: "failed" },
  { kind: "statefulsets", when: "its last pod to come", ...held(2), partition: 2, status: { ...allNew, ...revisions, updatedReplicas: 0 }, progress: "waiting" },
  {
    kind: "statefulsets",
    when: "its last pod not ready",
    ...held(2),
    partition: 2,
    status: { ...allNew, ...revisions, updatedReplicas: 1, readyReplicas: 2 },
    progress: "waiting",
  },
  { kind: "statefulsets", when: "its last pod new and ready", ...held(2), partition: 2, status: { ...allNew, ...revisions, updatedReplicas: 1 }, progress: "done" },
  { kind: "statefulsets", when: "a partition that was raised since", ...held(3), partition: 2, status: { ...allNew, ...revisions, updatedReplicas: 0 }, progress: "failed" },
  { kind: "statefulsets", when: "a partition that was lowered since", ...held(0), partition: 2, status: { ...allNew, ...revisions, updatedReplicas: 1 }, progress: "waiting" },
];
