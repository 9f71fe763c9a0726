import type { ApiObject } from "./objects.ts";

/** The kinds that are kept. */
export type Kind = "deployments" | "statefulsets" | "pods";

/** Something that happened to an object. */
export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: Kind;
  readonly object: ApiObject;
  readonly version: number;
}

/** Objects with versions, and what happened to them, as etcd keeps them for an API server. */
export interface Store {
  version(): number;
  get(kind: Kind, namespace: string, name: string): ApiObject | undefined;
  list(kind: Kind, namespace: string | undefined): readonly ApiObject[];
  /** Writes an object and gives it its version. */
  put(kind: Kind, object: ApiObject): ApiObject;
  remove(kind: Kind, namespace: string, name: string): void;
  /** Events after `version`; undefined if they are forgotten. */
  since(version: number): readonly StoreEvent[] | undefined;
  /** Forgets everything up to now, as etcd does every five minutes. */
  compact(): void;
  /** Calls `onEvent` with each event; the answer ends that. */
  follow(onEvent: (event: StoreEvent) => void): () => void;
}

/** An empty store. */
export function createStore(): Store {
  const objects = new Map<string, ApiObject>();
  const followers = new Set<(event: StoreEvent) => void>();
  let events: StoreEvent[] = [];
  let version = 100;
  let forgotten = 0;
  const keyOf = (kind: Kind, namespace: string, name: string) => `${kind}/${namespace}/${name}`;
  const tell = (event: StoreEvent) => {
    events.push(event);
    for (const follower of followers) follower(event);
  };
  return {
    version: () => version,
    get: (kind, namespace, name) => objects.get(keyOf(kind, namespace, name)),
    list: (kind, namespace) =>
      [...objects]
        .filter(([key]) => key.startsWith(namespace === undefined ? `${kind}/` : `${kind}/${namespace}/`))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object),
    put(kind, object) {
      const key = keyOf(kind, object.metadata.namespace, object.metadata.name);
      const type = objects.has(key) ? "MODIFIED" : "ADDED";
      version += 1;
      const stored = structuredClone(object);
      stored.metadata.resourceVersion = String(version);
      objects.set(key, stored);
      tell({ type, kind, object: stored, version });
      return stored;
    },
    remove(kind, namespace, name) {
      const key = keyOf(kind, namespace, name);
      const object = objects.get(key);
      if (object === undefined) return;
      objects.delete(key);
      version += 1;
      tell({ type: "DELETED", kind, object, version });
    },
    since: (after) => (after < forgotten ? undefined : events.filter((event) => event.version > after)),
    compact() {
      version += 1;
      forgotten = version;
      events = [];
    },
    follow(onEvent) {
      followers.add(onEvent);
      return () => void followers.delete(onEvent);
    },
  };
}
