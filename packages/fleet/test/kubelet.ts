import type { KubeCluster } from "./kube-cluster.ts";

/** Behaviour of the pods of a namespace, from now on. */
export type KubeletManner = "pull-error" | "crashes" | "never-ready";

interface KubePod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly deletionTimestamp?: string;
    readonly uid: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
}

/** Binds pods to a node that is not there, says of their containers what was asked for, and lets go of those that are deleted. */
export function startKubelet(call: KubeCluster["call"]): {
  treat: KubeCluster["treat"];
  setStart: KubeCluster["setStart"];
  stop(): void;
} {
  const manners = new Map<string, KubeletManner>();
  const seen = new Set<string>();
  let startMs = 30;
  let stopped = false;
  const come = async ({ metadata, spec }: KubePod) => {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    const target = { apiVersion: "v1", kind: "Node", name: "stand-in" };
    await call(
      "POST",
      `${path}/binding`,
      { apiVersion: "v1", kind: "Binding", metadata: { name: metadata.name }, target },
      [404, 409],
    );
    await new Promise((resolve) => setTimeout(resolve, startMs));
    await call(
      "PATCH",
      `${path}/status`,
      { status: statusOf(spec.containers, manners.get(metadata.namespace)) },
      [404],
    );
  };
  const go = async ({ metadata }: KubePod) => {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    await call("DELETE", path, { gracePeriodSeconds: 0 }, [404]);
  };
  const loop = async () => {
    while (!stopped) {
      const pods = (await call("GET", "/api/v1/pods").catch(() => undefined)) as { items: KubePod[] } | undefined;
      for (const pod of pods?.items ?? []) {
        const key = `${pod.metadata.uid} ${pod.metadata.deletionTimestamp === undefined ? "comes" : "goes"}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const work = pod.metadata.deletionTimestamp === undefined ? come(pod) : go(pod);
        // The API server may be gone for a moment: the pod is taken up again when it is seen next.
        work.catch(() => seen.delete(key));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  void loop();
  return {
    treat: (namespace, manner) =>
      void (manner === undefined ? manners.delete(namespace) : manners.set(namespace, manner)),
    setStart: (ms) => void (startMs = ms),
    stop: () => void (stopped = true),
  };
}

function statusOf(containers: KubePod["spec"]["containers"], manner: KubeletManner | undefined): object {
  const isReady = manner === undefined;
  const waiting = {
    reason: manner === "pull-error" ? "ImagePullBackOff" : "CrashLoopBackOff",
    message: "says the stand-in",
  };
  const running = { running: { startedAt: new Date().toISOString() } };
  const isUp = isReady || manner === "never-ready";
  return {
    phase: manner === "pull-error" ? "Pending" : "Running",
    conditions: ["Initialized", "PodScheduled", "ContainersReady", "Ready"].map((type, index) => ({
      type,
      status: index < 2 || isReady ? "True" : "False",
    })),
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: manner === "pull-error" ? "" : image,
      ready: isReady,
      restartCount: 0,
      state: isUp ? running : { waiting },
    })),
  };
}
