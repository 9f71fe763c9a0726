import { createHash, randomUUID } from "node:crypto";

/** An object of the API as JSON. */
export interface ApiObject {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; uid: string; controller: boolean; apiVersion: string; name: string }[];
  };
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}

/** The parts of a workload that its controller reads. */
export interface WorkloadObject extends ApiObject {
  spec: {
    replicas: number;
    paused?: boolean;
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string>; annotations: Record<string, string> };
      spec: { containers: { name: string; image: string }[] };
    };
    updateStrategy?: { type: string; rollingUpdate?: { partition: number } | undefined };
  };
}

/** A workload that the stand-in begins with. */
export interface WorkloadSetting {
  readonly namespace: string;
  readonly name: string;
  /** @default "deployments" */
  readonly kind?: "deployments" | "statefulsets";
  readonly labels?: Readonly<Record<string, string>>;
  /** Images by name of the container. */
  readonly containers: Readonly<Record<string, string>>;
  /** Annotations of the pod template. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default 2 */
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly updateStrategy?: { readonly type: string; readonly rollingUpdate?: { readonly partition: number } };
}

/** The workload that a setting asks for, before its first pods. */
export function makeWorkload(setting: WorkloadSetting): WorkloadObject {
  const { namespace, name, labels = {}, containers, annotations = {}, replicas = 2, paused, updateStrategy } = setting;
  const app = { app: name };
  return {
    metadata: { namespace, name, uid: randomUUID(), resourceVersion: "0", generation: 1, labels: { ...labels } },
    spec: {
      replicas,
      ...(paused === undefined ? {} : { paused }),
      ...(updateStrategy === undefined ? {} : { updateStrategy: structuredClone(updateStrategy) as never }),
      selector: { matchLabels: app },
      template: {
        metadata: { labels: app, annotations: { ...annotations } },
        spec: { containers: Object.entries(containers).map(([container, image]) => ({ name: container, image })) },
      },
    },
    status: {},
  };
}

/** State of a pod. */
export type PodState = "ready" | "starting" | "ImagePullBackOff" | "CrashLoopBackOff";

/** A pod of a workload as it is now; `imageOf` says what its runtime runs for an image. */
export function makePod(
  owner: WorkloadObject,
  kind: "deployments" | "statefulsets",
  index: number,
  state: PodState,
  imageOf: (image: string) => string = imageIdOf,
): ApiObject {
  const { template } = owner.spec;
  const hash = templateHash(owner);
  const parent =
    kind === "deployments" ? { kind: "ReplicaSet", uid: hash } : { kind: "StatefulSet", uid: owner.metadata.uid };
  const isReady = state === "ready";
  const waiting = { reason: state, message: `${state} of the stand-in` };
  return {
    metadata: {
      namespace: owner.metadata.namespace,
      name: `${owner.metadata.name}-${hash}-${index}`,
      uid: randomUUID(),
      resourceVersion: "0",
      labels: { ...template.metadata.labels },
      annotations: { ...template.metadata.annotations },
      ownerReferences: [{ ...parent, controller: true, apiVersion: "apps/v1", name: `${owner.metadata.name}-${hash}` }],
    },
    spec: { containers: structuredClone(template.spec.containers) },
    status: {
      phase: isReady || state === "CrashLoopBackOff" ? "Running" : "Pending",
      conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
      containerStatuses: template.spec.containers.map(({ name, image }) => ({
        name,
        ready: isReady,
        imageID: state === "ImagePullBackOff" || state === "starting" ? "" : imageOf(image),
        state: isReady
          ? { running: {} }
          : { waiting: state === "starting" ? { reason: "ContainerCreating" } : waiting },
      })),
    },
  };
}

/** Name of a template in the names of its pods and in revisions. */
export function templateHash({ spec }: WorkloadObject): string {
  return createHash("sha256").update(JSON.stringify(spec.template)).digest("hex").slice(0, 10);
}

/** Image id that a runtime reports: the digest that was asked for, or the one behind a tag. */
export function imageIdOf(image: string): string {
  const [name = "", digest] = image.split("@");
  const repository = name.replace(/:[^/:]*$/, "");
  return `${repository}@${digest ?? `sha256:${createHash("sha256").update(image).digest("hex")}`}`;
}

/** A strategic merge patch: maps are merged, lists of named containers by name, everything else is replaced. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch) && Array.isArray(target) && patch.every(isNamed)) {
    const merged = target.map((item) => {
      const change = patch.find((each) => isNamed(item) && each.name === item.name);
      return change === undefined ? item : mergePatch(item, change);
    });
    const added = patch.filter((each) => !target.some((item) => isNamed(item) && item.name === each.name));
    return [...merged, ...added];
  }
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNamed(value: unknown): value is { name: string } {
  return isMap(value) && typeof value["name"] === "string";
}
