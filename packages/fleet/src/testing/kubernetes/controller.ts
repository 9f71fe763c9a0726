import { type ApiObject, makePod, type PodState, templateHash, type WorkloadObject } from "./objects.ts";
import type { Store } from "./store.ts";

/**
 * Fate of a workload whose template changes, from now on.
 *
 * `pull-error` `crashes`: the new pods never come up, and the progress deadline is exceeded · `quota`: no new pod may be made
 * · `stuck`: nothing ever happens · `crashes-later`: the new pods come up and then crash · `wrong-image`: they come up with
 * other bytes · `ignored`: no controller looks at it.
 */
export type WorkloadManner = "pull-error" | "crashes" | "quota" | "stuck" | "crashes-later" | "wrong-image" | "ignored";

/** The kinds that have a controller. */
export type ControlledKind = "deployments" | "statefulsets";

/** The controllers and the kubelets of the stand-in. */
export interface Controller {
  /** Gives a new workload its pods, all ready. */
  settle(kind: ControlledKind, object: WorkloadObject): void;
  /** Carries a change of a template out, step by step. */
  roll(kind: ControlledKind, object: WorkloadObject): void;
  treat(name: string, manner: WorkloadManner | undefined): void;
  stop(): void;
}

const wrongDigest = `sha256:${"e".repeat(64)}`;

/** Makes a {@link Controller}; `stepMs` passes between two steps of a rollout, of which there are three. */
export function createController(store: Store, stepMs: () => number, imageId?: (image: string) => string): Controller {
  const manners = new Map<string, WorkloadManner>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const after = (steps: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, stepMs() * steps);
    timers.add(timer);
  };
  const current = (kind: ControlledKind, { metadata }: WorkloadObject) =>
    store.get(kind, metadata.namespace, metadata.name) as WorkloadObject | undefined;
  const podsOf = ({ metadata }: WorkloadObject) =>
    store
      .list("pods", metadata.namespace)
      .filter((pod) => pod.metadata.ownerReferences?.[0]?.name.startsWith(`${metadata.name}-`) === true);
  const setStatus = (kind: ControlledKind, object: WorkloadObject, status: Record<string, unknown>) => {
    const now = current(kind, object);
    if (now !== undefined) store.put(kind, { ...now, status: { ...now.status, ...status } });
  };
  const putPods = (
    kind: ControlledKind,
    object: WorkloadObject,
    state: PodState,
    imageOf: ((image: string) => string) | undefined = imageId,
  ) => {
    for (let index = partitionOf(kind, object); index < object.spec.replicas; index++) {
      const pod = makePod(object, kind, index, state, imageOf);
      // A pod of a StatefulSet that is new already stays as it is when the partition is lowered.
      const known = store.get("pods", pod.metadata.namespace, pod.metadata.name);
      if (kind === "deployments" || state === "CrashLoopBackOff" || !isReady(known)) store.put("pods", pod);
    }
  };
  const removeOld = (kind: ControlledKind, object: WorkloadObject) => {
    const revision = JSON.stringify(object.spec.template.metadata.annotations);
    for (const pod of podsOf(object)) {
      const isNew = JSON.stringify(pod.metadata.annotations) === revision;
      const sameImages =
        JSON.stringify(pod.spec["containers"]) === JSON.stringify(object.spec.template.spec.containers);
      const isHeld = Number(pod.metadata.name.split("-").at(-1)) < partitionOf(kind, object);
      if ((!isNew || !sameImages) && !isHeld) store.remove("pods", pod.metadata.namespace, pod.metadata.name);
    }
  };
  const doneStatus = (kind: ControlledKind, object: WorkloadObject) => {
    const { replicas } = object.spec;
    const hash = `rev-${templateHash(object)}`;
    const held = partitionOf(kind, object);
    const revisions = { updateRevision: hash, ...(held > 0 ? {} : { currentRevision: hash }) };
    const conditions = [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }];
    const updatedReplicas = Math.max(0, replicas - held);
    const counts = { replicas, updatedReplicas, readyReplicas: replicas, availableReplicas: replicas };
    return { observedGeneration: object.metadata.generation, ...counts, ...revisions, conditions };
  };
  const fail = (kind: ControlledKind, object: WorkloadObject, failure: object[] = []) =>
    after(4, () => {
      const progressing = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" };
      setStatus(kind, object, { conditions: [progressing, ...failure] });
    });
  const quota = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota: pods=0" };
  return {
    treat: (name, manner) => void (manner === undefined ? manners.delete(name) : manners.set(name, manner)),
    settle(kind, object) {
      putPods(kind, object, "ready");
      setStatus(kind, object, doneStatus(kind, object));
    },
    roll(kind, object) {
      const { metadata, spec } = object;
      const manner = manners.get(`${metadata.namespace}/${metadata.name}`);
      const isCurrent = () => current(kind, object)?.metadata.generation === metadata.generation;
      if (manner === "ignored" || spec.paused === true) return;
      after(1, () => {
        if (!isCurrent()) return;
        const updated = manner === "quota" || manner === "stuck" || kind === "statefulsets" ? 0 : spec.replicas;
        const conditions = [{ type: "Progressing", status: "True", reason: "ReplicaSetUpdated" }];
        const seen = { observedGeneration: metadata.generation, updatedReplicas: updated, conditions };
        const surge = { replicas: spec.replicas + updated, updateRevision: `rev-${templateHash(object)}` };
        setStatus(kind, object, { ...seen, ...surge });
        if (manner === "stuck") return;
        if (manner === "quota") return fail(kind, object, [quota]);
        if (manner === "pull-error" || manner === "crashes") {
          putPods(kind, object, manner === "crashes" ? "CrashLoopBackOff" : "ImagePullBackOff");
          return fail(kind, object);
        }
        putPods(kind, object, "starting");
        after(1, () => {
          if (!isCurrent()) return;
          const wrong = (image: string) => `${image.split("@")[0]}@${wrongDigest}`;
          putPods(kind, object, "ready", manner === "wrong-image" ? wrong : undefined);
          after(1, () => {
            if (!isCurrent()) return;
            const now = current(kind, object) ?? object;
            removeOld(kind, now);
            setStatus(kind, now, doneStatus(kind, now));
            if (manner === "crashes-later") after(3, () => isCurrent() && putPods(kind, now, "CrashLoopBackOff"));
          });
        });
      });
    },
    stop: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}

/** Pods of a StatefulSet below this ordinal are held back. */
function partitionOf(kind: ControlledKind, { spec }: WorkloadObject): number {
  return kind === "deployments" ? 0 : (spec.updateStrategy?.rollingUpdate?.partition ?? 0);
}

function isReady(pod: ApiObject | undefined): boolean {
  const conditions = (pod?.status["conditions"] ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}
