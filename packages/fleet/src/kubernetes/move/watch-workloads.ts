import { asReleaseError, type Clock, type HttpStream, isFatal, parseJson, type ReleaseError } from "@lateen/kernel";
import type { ApiClient } from "../api/api-client.ts";
import { watchEvent, type Workload, workload } from "../api/wire.ts";
import { keyOf, listPath, type WorkloadKind } from "../workloads/workload-ref.ts";
import type { ScopePart } from "../workloads/enumerate-workloads.ts";
import { fleetError } from "../../errors.ts";

/** The workloads of a scope as they change, for as long as somebody waits for one. */
export interface WorkloadWatch {
  /**
   * Calls `onState` with each state of a workload from now on, and with undefined when it has left the scope; the answer
   * ends that.
   */
  follow(key: string, onState: (state: Workload | undefined) => void): () => void;
}

/**
 * Duration of one watch; then everything is listed once more. A watch that has silently lost an event (a proxy, a stopped server) is
 * found out within this time, and a list of 300 Deployments costs the server less than one of their rollouts.
 */
const resyncMs = 60_000;
/** Pauses after a list or a watch that failed. */
const pausesMs: readonly number[] = [500, 1_000, 2_000, 5_000];
/** Without the permission to watch, lists are all there is. */
const pollMs = 2_000;
/** One line is one object: an API server refuses objects above 1.5 MiB (etcd). */
const maxLine = 4 * 1024 * 1024;

/** Watches each part of a scope while somebody follows a workload, and not longer. */
export function createWorkloadWatch(
  api: ApiClient,
  parts: readonly ScopePart[],
  selector: string,
  clock: Clock,
): WorkloadWatch {
  const followers = new Map<string, Set<(state: Workload | undefined) => void>>();
  let running: AbortController | undefined;
  const tell = (key: string, state: Workload | undefined) => followers.get(key)?.forEach((follower) => follower(state));
  const start = () => {
    const over = (running = new AbortController());
    const followed = () => followers.keys();
    for (const part of parts) void keepWatching({ api, part, selector, clock, tell, followed, signal: over.signal });
  };
  const stop = () => {
    running?.abort();
    running = undefined;
  };
  return {
    follow(key, onState) {
      const those = followers.get(key) ?? new Set();
      followers.set(key, those.add(onState));
      if (running === undefined) start();
      return () => {
        those.delete(onState);
        if (those.size === 0) followers.delete(key);
        if (followers.size === 0) stop();
      };
    },
  };
}

interface WatchOptions {
  readonly api: ApiClient;
  readonly part: ScopePart;
  readonly selector: string;
  readonly clock: Clock;
  readonly tell: (key: string, state: Workload | undefined) => void;
  /** Keys that somebody follows now, of every part. */
  readonly followed: () => Iterable<string>;
  readonly signal: AbortSignal;
}

/** List, watch from there, and again; faults are waited out, since every follower has a deadline of its own. */
async function keepWatching(options: WatchOptions): Promise<void> {
  const { api, part, selector, clock, tell, followed, signal } = options;
  let mayWatch = true;
  for (let faults = 0; !signal.aborted;) {
    try {
      const { items, resourceVersion } = await api.list(part.path, { labelSelector: selector }, workload, signal);
      const listed = new Map(items.map((item) => [keyOf(part.kind, item.metadata), item]));
      for (const [key, item] of listed) tell(key, item);
      // What was deleted between two watches, or before the first one, has no event any more.
      for (const key of [...followed()].filter((one) => isOf(part, one) && !listed.has(one))) tell(key, undefined);
      if (mayWatch) await watchOnce(options, resourceVersion);
      else await clock.sleep(pollMs, signal);
      faults = 0;
    } catch (thrown) {
      if (signal.aborted) return;
      if (isFatal(thrown)) throw thrown;
      const { code } = asReleaseError(thrown);
      if (code === "KUBERNETES_FORBIDDEN") mayWatch = false;
      // An expired version is no fault: the list that follows has a new one.
      const pauseMs =
        code === "KUBERNETES_EXPIRED" && faults === 0 ? 0 : pausesMs[Math.min(faults, pausesMs.length - 1)];
      faults += 1;
      await clock.sleep(pauseMs ?? 0, signal).catch(() => undefined);
    }
  }
}

/** True if the list of a part would show the workload of this key. */
function isOf({ kind, path }: ScopePart, key: string): boolean {
  const [kindOfKey, namespace] = key.split("/");
  return kindOfKey === kind && [listPath(kind, namespace), listPath(kind, undefined)].includes(path);
}

async function watchOnce({ api, part, selector, tell, signal }: WatchOptions, resourceVersion: string): Promise<void> {
  const query = {
    labelSelector: selector,
    resourceVersion,
    allowWatchBookmarks: "true",
    timeoutSeconds: String(resyncMs / 1_000),
  };
  const stream = await api.watch(part.path, query, resyncMs + 10_000, signal);
  for await (const line of linesOf(stream)) {
    const event = parseJson({ text: () => line, url: stream.url }, watchEvent, "an event of a watch");
    if (event.type === "ERROR") throw expired(api.name, event.object);
    if (event.type === "BOOKMARK") continue;
    const state = workload.parse(event.object);
    tell(keyOf(part.kind, state.metadata), event.type === "DELETED" ? undefined : state);
  }
}

async function* linesOf(stream: HttpStream): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of stream.chunks()) {
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxLine) throw new Error("a line of a watch does not end");
    for (const line of lines) if (line.trim() !== "") yield line;
  }
}

function expired(name: string, object: unknown): ReleaseError {
  const code = (object as { code?: unknown } | null)?.code;
  return fleetError(code === 410 ? "KUBERNETES_EXPIRED" : "KUBERNETES_STATUS", "unavailable", {
    message: `the watch of ${name} ended with ${String(code)}`,
  });
}

/** A key for a workload of which only the name is known. */
export function refKey({ kind, namespace, name }: { kind: WorkloadKind; namespace: string; name: string }): string {
  return `${kind}/${namespace}/${name}`;
}
