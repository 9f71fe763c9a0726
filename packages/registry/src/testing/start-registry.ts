import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@lateen/kernel";
import { beginUpload, handleBlob, handleUpload } from "./handle-blobs.ts";
import { handleManifest, listReferrers, listTags } from "./handle-manifests.ts";
import { createMisbehaviours, distort, type Fault, type LoggedRequest, type Misbehaviour } from "./misbehaviour.ts";
import { failure, json, type Received, type Reply, reply } from "./reply.ts";
import { sendReply } from "./send-reply.ts";
import { createStore, type RegistryStore } from "./store.ts";
import { createTokenAuth, type RegistryAuth, type TokenAuth } from "./token-auth.ts";

/** Settings of the fake registry. */
export interface StartRegistryOptions {
  /** @default open to everyone */
  readonly auth?: RegistryAuth;
  /** @default a free one */
  readonly port?: number;
  /** True if several tags in one PUT are understood (`OCI-Tag`). @default false */
  readonly multiTag?: boolean;
  /** True if the referrers API exists. @default true */
  readonly referrers?: boolean;
  /** Ways in which real registries differ from the specification. @default none */
  readonly quirks?: RegistryQuirks;
}

/** Ways in which real registries, and proxies in front of them, differ from the specification; each was seen in the field. */
export interface RegistryQuirks {
  /** The HEAD of a manifest answers 404, its GET 200 (Nexus, crazy-max/diun#1614). */
  readonly headOfManifests?: "404";
  /** A manifest whose subject is not there yet is refused (moby/buildkit#7007). */
  readonly wantsSubject?: boolean;
  /** The HEAD of a blob answers this status, whether it is there or not. */
  readonly headOfBlobs?: number;
  /** A mount answers 201 and mounts nothing. */
  readonly pretendsToMount?: boolean;
  /** An upload is begun with 201 instead of 202. */
  readonly beginsWith201?: boolean;
  /** A request whose body is longer is answered with 413, as by a proxy. */
  readonly maxRequestBytes?: number;
  /** `Range` is understood for blobs. @default true */
  readonly ranges?: boolean;
  /** The answer of the referrers route. */
  readonly referrersAnswer?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** A tag `sha256-<hex>` answers with the manifest of that digest. */
  readonly tagsOfDigests?: boolean;
  /** The status of a manifest whose content is missing. @default 400 */
  readonly missingContent?: 400 | 404;
  /** The registry lies under this path, `/artifactory/api/docker/local` for instance. */
  readonly prefix?: string;
}

/** A running registry. */
export interface FakeRegistry {
  /** `127.0.0.1:port`, as in references. */
  readonly host: string;
  readonly url: string;
  readonly store: RegistryStore;
  /** Every request so far, in order of arrival. */
  readonly requests: LoggedRequest[];
  /** Makes it do something wrong; the answer makes it stop. */
  misbehave(rule: Misbehaviour): () => void;
  /** Ends the life of every token at once. */
  expireTokens(): void;
  close(): Promise<void>;
}

interface Context {
  readonly store: RegistryStore;
  readonly auth: TokenAuth | undefined;
  readonly multiTag: boolean;
  readonly referrers: boolean;
  readonly quirks: RegistryQuirks;
  readonly base: () => string;
}

/** Starts an OCI registry on loopback, in this process, that real clients can use: real bytes, real digests, real tokens. */
export async function startRegistry(options: StartRegistryOptions = {}): Promise<FakeRegistry> {
  const store = createStore();
  const requests: LoggedRequest[] = [];
  const misbehaviours = createMisbehaviours();
  const auth = options.auth === undefined ? undefined : createTokenAuth(options.auth);
  const server = createServer((message, response) => void serve(message, response).catch(() => response.destroy()));
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const { multiTag = false, referrers = true, quirks = {} } = options;
  const context: Context = { store, auth, multiTag, referrers, quirks, base: () => url };
  /** Digests of tags before the last write of each, for lagging reads. */
  const shadows = new Map<string, string | undefined>();

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receive(message, url);
    const logged = log(received);
    requests.push(logged);
    const fault = misbehaviours.next(logged);
    if (fault?.kind === "interleave") await fault.act("before");
    const answer = answerWith(fault, received);
    if (fault?.kind === "interleave") await fault.act("after");
    if (fault?.kind === "delay") await systemClock.sleep(fault.ms);
    logged.status = answer.status;
    await sendReply(response, message.method ?? "GET", answer, fault);
    logged.endedAt = systemClock.now();
  }

  function answerWith(fault: Fault | undefined, received: Received): Reply {
    if (fault?.kind === "answer") return reply(fault.status, fault.headers ?? {}, fault.body ?? "");
    if (fault?.kind === "redirect-to-self")
      return reply(fault.status, { location: received.url.pathname + received.url.search });
    if (fault?.kind === "reset" && fault.when === "before") return reply(0);
    if (fault?.kind === "pretend") return pretend(context, received);
    if (fault?.kind === "lag") return lagging(context, received, shadows);
    const before = new Map(
      [...store.repositories].flatMap(([name, { tags }]) =>
        [...tags].map(([tag, digest]) => [`${name}:${tag}`, digest] as const),
      ),
    );
    const answer = route(context, received);
    if (received.method === "PUT") remember(received, before, shadows);
    return fault?.kind === "answer-after" ? reply(fault.status, {}, fault.body ?? "") : distort(answer, fault);
  }

  return {
    host: `127.0.0.1:${port}`,
    url,
    store,
    requests,
    misbehave: (rule) => misbehaviours.add(rule),
    expireTokens: () => auth?.expireAll(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function receive(message: IncomingMessage, base: string): Promise<Received> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(", ") : value]),
  );
  return {
    method: message.method ?? "GET",
    url: new URL(message.url ?? "/", base),
    headers,
    body: Buffer.concat(parts),
  };
}

function log({ method, url, headers }: Received): LoggedRequest {
  const authorization = /^bearer /i.test(headers["authorization"] ?? "")
    ? "bearer"
    : /^basic /i.test(headers["authorization"] ?? "")
      ? "basic"
      : "none";
  return { method, path: url.pathname, query: url.search, authorization, at: systemClock.now(), status: 0, endedAt: 0 };
}

/** `/v2/<name>/<kind>/<rest>`; a name may hold slashes. */
function route(context: Context, request: Received): Reply {
  const { store, auth, multiTag, referrers, quirks } = context;
  const { prefix = "" } = quirks;
  const path = request.url.pathname.startsWith(`${prefix}/v2`)
    ? request.url.pathname.slice(prefix.length)
    : request.url.pathname;
  if (request.body.length > (quirks.maxRequestBytes ?? Infinity))
    return reply(413, { "content-type": "text/html" }, "<html>413 Request Entity Too Large</html>");
  if (prefix !== "" && path.startsWith("/v2") && request.url.pathname === path)
    return reply(404, { "content-type": "text/html" }, "<html>no such page</html>");
  if (path === "/token" && auth !== undefined) return auth.token(request);
  const [, name = "", kind = "", rest = ""] = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(.*)$/.exec(path) ?? [];
  const writes = request.method !== "GET" && request.method !== "HEAD";
  const refusal = auth?.refuse(request, name === "" ? undefined : name, writes ? "push" : "pull", context.base());
  if (refusal !== undefined) return refusal;
  if (path === "/v2/" || path === "/v2") return json(200, {}, { "docker-distribution-api-version": "registry/2.0" });
  if (kind === "manifests") {
    if (request.method === "HEAD" && quirks.headOfManifests === "404") return reply(404);
    return handleManifest(store, name, decodeURIComponent(rest), request, { ...quirks, multiTag });
  }
  if (kind === "tags" && rest === "list") return listTags(store, name, request.url.searchParams);
  const { referrersAnswer: answer } = quirks;
  if (kind === "referrers" && answer !== undefined)
    return reply(answer.status, answer.headers ?? {}, answer.body ?? "");
  if (kind === "referrers" && referrers) return listReferrers(store, name, rest);
  const upload = /^(.+)\/blobs\/uploads\/(.*)$/.exec(path.slice("/v2/".length));
  if (upload !== null) {
    const [, repository = "", id = ""] = upload;
    const answer =
      id === "" ? beginUpload(store, repository, request, quirks) : handleUpload(store, repository, id, request);
    const { location } = answer.headers;
    return location === undefined ? answer : { ...answer, headers: { ...answer.headers, location: prefix + location } };
  }
  if (kind === "blobs" && request.method === "HEAD" && quirks.headOfBlobs !== undefined)
    return reply(quirks.headOfBlobs, { "content-length": "0" });
  return kind === "blobs"
    ? handleBlob(store, name, rest, request, quirks)
    : failure(404, "UNSUPPORTED", "no such route");
}

/** The answer that a write would get, with nothing written. */
function pretend(context: Context, request: Received): Reply {
  const copy = createStore();
  for (const [name, repository] of context.store.repositories) {
    const own = copy.repository(name);
    for (const key of ["manifests", "tags", "blobs"] as const)
      for (const [id, value] of repository[key]) (own[key] as Map<string, unknown>).set(id, value);
  }
  return route({ ...context, store: copy }, request);
}

function remember(
  request: Received,
  before: ReadonlyMap<string, string>,
  shadows: Map<string, string | undefined>,
): void {
  const [, name, tag] = /^\/v2\/(.+)\/manifests\/([^:]+)$/.exec(request.url.pathname) ?? [];
  if (name !== undefined && tag !== undefined) shadows.set(`${name}:${tag}`, before.get(`${name}:${tag}`));
}

function lagging(context: Context, request: Received, shadows: ReadonlyMap<string, string | undefined>): Reply {
  const [, name = "", tag = ""] = /^\/v2\/(.+)\/manifests\/([^:]+)$/.exec(request.url.pathname) ?? [];
  const key = `${name}:${tag}`;
  if (!shadows.has(key)) return route(context, request);
  const { tags } = context.store.repository(name);
  const now = tags.get(tag);
  const then = shadows.get(key);
  if (then === undefined) tags.delete(tag);
  else tags.set(tag, then);
  const answer = route(context, request);
  if (now !== undefined) tags.set(tag, now);
  return answer;
}
