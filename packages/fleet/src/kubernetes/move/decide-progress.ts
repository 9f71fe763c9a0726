import type { Workload } from "../api/wire.ts";
import type { WorkloadKind } from "../workloads/workload-ref.ts";
import { isWanted, type Wanted } from "./decide-move.ts";

/** Progress of a workload since its patch. */
export type Progress =
  | { readonly kind: "waiting"; readonly reason: string }
  | { readonly kind: "done" }
  /** The controller has given it up, or it is somebody else's now. */
  | { readonly kind: "failed"; readonly reason: string };

export interface ProgressFacts {
  readonly kind: WorkloadKind;
  readonly workload: Workload;
  readonly wanted: Wanted;
  readonly annotation: string;
  /** Generation that the patch made; what is older says nothing. */
  readonly generation: number;
}

/**
 * Judges one state of a workload, as `kubectl rollout status` does.
 *
 * Source: kubectl, pkg/polymorphichelpers/rollout_status.go. Replicas are those of the moment: an autoscaler may change them.
 */
export function decideProgress(facts: ProgressFacts): Progress {
  const { kind, workload, wanted, annotation, generation } = facts;
  const { metadata, spec, status } = workload;
  if (metadata.deletionTimestamp !== undefined) return { kind: "failed", reason: "it is being deleted" };
  if (metadata.generation < generation) return { kind: "waiting", reason: "the patch is not seen yet" };
  if (!isWanted(workload, wanted, annotation))
    return { kind: "failed", reason: "another writer has changed its template in the meantime" };
  if (spec.paused) return { kind: "failed", reason: "it is paused: kubectl rollout resume" };
  if (status.observedGeneration < metadata.generation)
    return { kind: "waiting", reason: "its controller has not seen the patch yet" };
  return kind === "deployments" ? deployment(workload) : statefulSet(workload, wanted.partition);
}

function deployment({ spec, status }: Workload): Progress {
  const progressing = status.conditions.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    const failure = status.conditions.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
    return { kind: "failed", reason: failure?.message ?? "its progress deadline is exceeded" };
  }
  const { replicas, updatedReplicas, availableReplicas } = status;
  if (updatedReplicas < spec.replicas) return waiting(updatedReplicas, spec.replicas, "updated");
  if (replicas > updatedReplicas)
    return { kind: "waiting", reason: `${replicas - updatedReplicas} old pods are ending` };
  if (availableReplicas < updatedReplicas) return waiting(availableReplicas, updatedReplicas, "available");
  return { kind: "done" };
}

function statefulSet({ spec, status }: Workload, allowed: number): Progress {
  const { partition } = spec.updateStrategy.rollingUpdate;
  if (partition > allowed) return { kind: "failed", reason: `its partition ${partition} holds pods back` };
  if (status.readyReplicas < spec.replicas) return waiting(status.readyReplicas, spec.replicas, "ready");
  const free = Math.max(0, spec.replicas - partition);
  if (partition > 0)
    return status.updatedReplicas < free ? waiting(status.updatedReplicas, free, "updated") : { kind: "done" };
  if (status.updateRevision !== status.currentRevision && status.updatedReplicas < spec.replicas)
    return waiting(status.updatedReplicas, spec.replicas, "updated");
  return { kind: "done" };
}

function waiting(count: number, of: number, word: string): Progress {
  return { kind: "waiting", reason: `${count} of ${of} pods are ${word}` };
}
