import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createController, type ControlledKind, type WorkloadManner } from "./controller.ts";
import {
  type ApiObject,
  makePod,
  makeWorkload,
  mergePatch,
  type WorkloadObject,
  type WorkloadSetting,
} from "./objects.ts";
import { createStore, type Kind, type Store } from "./store.ts";

/** Faults of the next requests of a kind, one each. */
export type ApiFault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: number; readonly message?: string }
  /** Breaks the connection off, before or after the effect. */
  | { readonly kind: "reset"; readonly effect: boolean };

/** Requests that a fault is for. */
export type FaultTarget = "list" | "continue" | "get" | "patch" | "watch" | "pods";

/** Initial state of the stand-in. */
export interface KubernetesApiOptions {
  readonly workloads: readonly WorkloadSetting[];
  /** Time between two of the three steps of a rollout, in milliseconds. @default 10 */
  readonly stepMs?: number;
  /** Most objects of one page, whatever is asked for. @default 500 */
  readonly pageSize?: number;
  /** Image id that the container runtime reports for an image of a pod's specification. @default the digest that was asked for */
  readonly imageId?: ((image: string) => string) | undefined;
  /** Port to listen on. @default a free one */
  readonly port?: number;
}

/** A request as it came in. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A stand-in of the Kubernetes API on loopback: lists with pages, patches, watches, controllers and kubelets. */
export interface KubernetesApi {
  readonly url: string;
  /** A kubeconfig for it, with the token of now. */
  kubeconfig(): string;
  readonly requests: readonly ApiRequest[];
  /** `namespace/name` of every patch that changed a template, in order. */
  moves(): readonly string[];
  /** Sets the fate of a workload (`namespace/name`) whose template changes. */
  treat(name: string, manner: WorkloadManner | undefined): void;
  meet(target: FaultTarget, ...faults: readonly ApiFault[]): void;
  /** The same for the second and later pages of a list. */
  meetContinue(...faults: readonly ApiFault[]): void;
  /** A workload as it is now. */
  get(kind: ControlledKind, name: string): ApiObject;
  /** Changes a workload as another writer would, by a strategic merge patch, and lets its controller act. */
  change(kind: ControlledKind, name: string, patch: object): void;
  /** Makes a workload and its pods run other annotations and images at once. */
  set(kind: ControlledKind, name: string, template: { annotations: Record<string, string>; image: string }): void;
  /** Adds ready pods of an older template to a workload, and they stay. */
  mix(kind: ControlledKind, name: string, annotations: Record<string, string>): void;
  deleteNamespace(namespace: string): void;
  /** Lets versions, continuations and watches of before expire (410). */
  expire(): void;
  /** Refuses the token of now from now on (401); `kubeconfig` has the new one. */
  rotateToken(): void;
  /** Takes a permission away, such as `patch deployments`. */
  forbid(permission: string): void;
  /** Sets the duration of each step of a rollout from now on. */
  setStep(stepMs: number): void;
  /** Goes away, connections and all, and comes back on the same port with everything that it knew. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

interface World {
  readonly options: KubernetesApiOptions;
  readonly store: Store;
  readonly faults: Map<FaultTarget, ApiFault[]>;
  readonly forbidden: Set<string>;
  readonly requests: ApiRequest[];
  readonly moves: string[];
  readonly roll: (kind: ControlledKind, object: WorkloadObject) => void;
  token: string;
}

/** Starts a {@link KubernetesApi}. */
export async function startKubernetesApi(options: KubernetesApiOptions): Promise<KubernetesApi> {
  const store = createStore();
  let { stepMs = 10 } = options;
  const controller = createController(store, () => stepMs, options.imageId);
  const world: World = {
    options,
    store,
    faults: new Map(),
    forbidden: new Set(),
    requests: [],
    moves: [],
    roll: controller.roll,
    token: "kubernetes-token-1",
  };
  for (const setting of options.workloads) {
    const { kind = "deployments" } = setting;
    controller.settle(kind, store.put(kind, makeWorkload(setting)) as WorkloadObject);
  }
  let server = await listen(world, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const named = (kind: ControlledKind, name: string) => {
    const [namespace = "", workload = ""] = name.split("/");
    return structuredClone(store.get(kind, namespace, workload)) as WorkloadObject;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    kubeconfig: () => kubeconfigOf(port, world.token),
    requests: world.requests,
    moves: () => world.moves,
    treat: controller.treat,
    meet: (target, ...faults) => void world.faults.set(target, [...(world.faults.get(target) ?? []), ...faults]),
    meetContinue: (...faults) =>
      void world.faults.set("continue", [...(world.faults.get("continue") ?? []), ...faults]),
    get: named,
    change(kind, name, patch) {
      const changed = write(store, kind, named(kind, name), patch);
      if (changed.isNewTemplate || changed.isReleased) controller.roll(kind, changed.object);
    },
    set(kind, name, { annotations, image }) {
      const object = named(kind, name);
      for (const pod of podsOf(store, object)) store.remove("pods", pod.metadata.namespace, pod.metadata.name);
      Object.assign(object.spec.template.metadata.annotations, annotations);
      for (const container of object.spec.template.spec.containers) container.image = image;
      object.metadata.generation = (object.metadata.generation ?? 1) + 1;
      controller.settle(kind, store.put(kind, object) as WorkloadObject);
    },
    mix(kind, name, annotations) {
      const old = named(kind, name);
      old.spec.template.metadata.annotations = annotations;
      const pod = makePod(old, kind, 9, "ready");
      // It is not one that its controller would take away.
      pod.metadata.name = `${old.metadata.name}-left-behind`;
      pod.metadata.ownerReferences = [{ ...pod.metadata.ownerReferences![0]!, name: "left-behind" }];
      if (kind === "statefulsets") pod.metadata.ownerReferences[0]!.uid = old.metadata.uid;
      store.put("pods", pod);
    },
    deleteNamespace(namespace) {
      for (const kind of ["pods", "deployments", "statefulsets"] as const)
        for (const object of store.list(kind, namespace)) store.remove(kind, namespace, object.metadata.name);
    },
    expire() {
      store.compact();
      server.closeAllConnections();
    },
    rotateToken: () => void (world.token = `${world.token.slice(0, -1)}${Number(world.token.at(-1)) + 1}`),
    forbid: (permission) => void world.forbidden.add(permission),
    setStep: (ms) => void (stepMs = ms),
    stop: () => shut(server),
    async start() {
      server = await listen(world, port);
    },
    async close() {
      controller.stop();
      if (server.listening) await shut(server);
    },
  };
}

async function listen(world: World, port: number): Promise<Server> {
  const server = createServer((request, response) => void serve(world, request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function podsOf(store: Store, { metadata }: WorkloadObject): readonly ApiObject[] {
  const isOf = (pod: ApiObject) => pod.metadata.ownerReferences?.[0]?.name.startsWith(`${metadata.name}-`) === true;
  return store.list("pods", metadata.namespace).filter(isOf);
}

function write(
  store: Store,
  kind: ControlledKind,
  object: WorkloadObject,
  patch: object,
): { readonly object: WorkloadObject; readonly isNewTemplate: boolean; readonly isReleased: boolean } {
  const merged = mergePatch(object, patch) as WorkloadObject;
  const isSame = JSON.stringify(merged.spec) === JSON.stringify(object.spec);
  const isNewTemplate = JSON.stringify(merged.spec.template) !== JSON.stringify(object.spec.template);
  const generation = (object.metadata.generation ?? 1) + (isSame ? 0 : 1);
  const stored = store.put(kind, { ...merged, metadata: { ...merged.metadata, generation } }) as WorkloadObject;
  const [held = 0, holds = 0] = [object, merged].map(({ spec }) => spec.updateStrategy?.rollingUpdate?.partition ?? 0);
  return { object: structuredClone(stored), isNewTemplate, isReleased: holds < held };
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://kubernetes");
  const { method = "GET" } = request;
  world.requests.push({ method, path: pathname, query });
  const body = await readBody(request);
  if (request.headers.authorization !== `Bearer ${world.token}`) return refuse(response, 401, "Unauthorized");
  if (pathname === "/version") return json(response, 200, { gitVersion: "v1.37.2-stand-in" });
  if (pathname.endsWith("/selfsubjectaccessreviews")) return review(world, response, body);
  const route =
    /^\/(?:api\/v1|apis\/apps\/v1)(?:\/namespaces\/([^/]+))?\/(deployments|statefulsets|pods)(?:\/([^/]+))?$/.exec(
      pathname,
    );
  if (route === null) return refuse(response, 404, "the server could not find the requested resource");
  const [, namespace, kind, name] = route as unknown as [string, string | undefined, Kind, string | undefined];
  const verb = method === "PATCH" ? "patch" : name !== undefined ? "get" : query.has("watch") ? "watch" : "list";
  if (world.forbidden.has(`${verb} ${kind}`)) return refuse(response, 403, `cannot ${verb} resource "${kind}"`);
  const target: FaultTarget = verb === "list" && kind === "pods" ? "pods" : verb;
  const fault =
    (query.has("continue") ? world.faults.get("continue")?.shift() : undefined) ?? world.faults.get(target)?.shift();
  if (fault?.kind === "status") {
    if (fault.retryAfter !== undefined) response.setHeader("retry-after", String(fault.retryAfter));
    return refuse(response, fault.status, fault.message ?? "a fault of the stand-in");
  }
  if (fault?.kind === "reset" && !fault.effect) return void request.socket.destroy();
  const cut = fault?.kind === "reset" ? () => void request.socket.destroy() : undefined;
  if (verb === "watch") return watch(world, response, kind, namespace, query);
  if (verb === "list") return list(world, response, kind, namespace, query);
  const object = world.store.get(kind, namespace ?? "", name ?? "");
  if (object === undefined) return refuse(response, 404, `${kind} "${name}" not found`);
  if (verb === "get") return json(response, 200, object);
  return patch(world, response, kind as ControlledKind, object as WorkloadObject, body, cut);
}

function patch(
  world: World,
  response: ServerResponse,
  kind: ControlledKind,
  object: WorkloadObject,
  body: unknown,
  cut: (() => void) | undefined,
): void {
  const { metadata } = body as { metadata?: { resourceVersion?: string } };
  if (metadata?.resourceVersion !== undefined && metadata.resourceVersion !== object.metadata.resourceVersion)
    return refuse(response, 409, "the object has been modified; please apply your changes to the latest version");
  const written = write(world.store, kind, object, body as object);
  if (written.isNewTemplate) world.moves.push(`${object.metadata.namespace}/${object.metadata.name}`);
  if (written.isNewTemplate || written.isReleased) world.roll(kind, written.object);
  if (cut !== undefined) return cut();
  json(response, 200, written.object);
}

function list(
  world: World,
  response: ServerResponse,
  kind: Kind,
  namespace: string | undefined,
  query: URLSearchParams,
): void {
  const { store, options } = world;
  const [version = store.version(), offset = 0] = (query.get("continue") ?? "").split(".").filter(Boolean).map(Number);
  if (store.since(version) === undefined)
    return refuse(response, 410, "The provided continue parameter is too old", "Expired");
  const all = store.list(kind, namespace).filter((object) => isSelected(object, query.get("labelSelector")));
  const limit = Math.min(Number(query.get("limit") ?? 500), options.pageSize ?? 500);
  const rest = offset + limit < all.length ? { continue: `${version}.${offset + limit}` } : {};
  const metadata = { resourceVersion: String(version), ...rest };
  json(response, 200, { kind: "List", metadata, items: all.slice(offset, offset + limit) });
}

function watch(
  world: World,
  response: ServerResponse,
  kind: Kind,
  namespace: string | undefined,
  query: URLSearchParams,
): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  const send = (type: string, object: unknown) => void response.write(`${JSON.stringify({ type, object })}\n`);
  const events = world.store.since(Number(query.get("resourceVersion") ?? 0));
  if (events === undefined) {
    send("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" });
    return void response.end();
  }
  const follow = (event: (typeof events)[number]) => {
    const isHere = namespace === undefined || event.object.metadata.namespace === namespace;
    if (event.kind === kind && isHere && isSelected(event.object, query.get("labelSelector")))
      send(event.type, event.object);
  };
  events.forEach(follow);
  const unfollow = world.store.follow(follow);
  const timer = setTimeout(
    () => {
      send("BOOKMARK", { kind, metadata: { resourceVersion: String(world.store.version()) } });
      response.end();
    },
    Number(query.get("timeoutSeconds") ?? 300) * 1_000,
  );
  response.on("close", () => {
    clearTimeout(timer);
    unfollow();
  });
}

function review(world: World, response: ServerResponse, body: unknown): void {
  const { spec } = body as { spec: { resourceAttributes: { verb: string; resource: string } } };
  const { verb, resource } = spec.resourceAttributes;
  json(response, 201, { status: { allowed: !world.forbidden.has(`${verb} ${resource}`) } });
}

/** Only equality: it is what the driver's tests select by. */
function isSelected({ metadata }: ApiObject, selector: string | null): boolean {
  const wanted = (selector ?? "").split(",").filter((part) => part !== "");
  return wanted.every((part) => {
    const [key = "", value] = part.split("=");
    return value === undefined ? metadata.labels?.[key] !== undefined : metadata.labels?.[key] === value;
  });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, code: number, message: string, reason = "Failure"): void {
  json(response, code, { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, code });
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as unknown;
  } catch {
    return {};
  }
}

function kubeconfigOf(port: number, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "stand-in",
    clusters: [{ name: "stand-in", cluster: { server: `http://127.0.0.1:${port}` } }],
    contexts: [{ name: "stand-in", context: { cluster: "stand-in", user: "lateen" } }],
    users: [{ name: "lateen", user: { token } }],
  });
}
