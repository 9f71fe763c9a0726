import {
  asReleaseError,
  type Clock,
  createHttp,
  type HttpDeadlines,
  type HttpResponse,
  type HttpStream,
  parseJson,
  readBounded,
  retry,
  type Schema,
} from "@lateen/kernel";
import type { z } from "zod";
import { apiError } from "./api-errors.ts";
import type { Access, Connection } from "./connection.ts";
import { page } from "./wire.ts";
import { fleetError } from "../../errors.ts";

/** Query of a request; undefined values are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** The calls of the Kubernetes API that the driver makes. */
export interface ApiClient {
  readonly name: string;
  /** Reads one object; tried again after faults that pass. @throws ReleaseError */
  get<T>(path: string, schema: Schema<T>, signal?: AbortSignal): Promise<T>;
  /** Reads a whole list, page by page. @throws ReleaseError */
  list<T>(path: string, query: Query, schema: Schema<T>, signal?: AbortSignal): Promise<Listed<T>>;
  /** Sends once. @throws ReleaseError */
  patch<T>(path: string, body: object, schema: Schema<T>, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body: object, schema: Schema<T>, signal?: AbortSignal): Promise<T>;
  /** Opens a watch; its lines are for the caller to read. @throws ReleaseError */
  watch(path: string, query: Query, lastsMs: number, signal?: AbortSignal): Promise<HttpStream>;
}

/** A list at one version of the cluster. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** Objects of a page at first. Source: client-go, pager.go, "defaultPageSize". */
const pageSize = 500;
/** Part of a page that is asked for if it was too large: 500 Deployments with their managed fields are 5 to 10 MiB, and may be more. */
const smallerPage = 1 / 4;
/** What can be read without being deaf to a signal for a second. One object has at most 1.5 MiB (etcd). */
const maxBytes = 16 * 1024 * 1024;
/** The API server gives a request 60 s (`--request-timeout`). */
const deadlines: HttpDeadlines = { headersMs: 70_000, bodyMs: 70_000, totalMs: 90_000 };
/** A list whose continuation has expired this often never ends: the cluster changes faster than it is read. */
const maxRestarts = 4;

/** Makes an {@link ApiClient} over a connection whose credentials are renewed once if the server refuses them. */
export function createApiClient(name: string, connection: Connection, clock: Clock): ApiClient {
  const open = async (access: Access, request: Request, signal: AbortSignal | undefined): Promise<HttpStream> => {
    const { method = "GET", path, query = {}, body, contentType = "application/json", lastsMs } = request;
    const http = createHttp({ send: access.send, clock });
    const pairs = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const text = new URLSearchParams(pairs).toString();
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": contentType };
    const lasts = lastsMs === undefined ? deadlines : { headersMs: 70_000, bodyMs: lastsMs, totalMs: lastsMs + 70_000 };
    return http.open(
      {
        method,
        url: `${access.url}${path}${text === "" ? "" : `?${text}`}`,
        headers: { accept: "application/json", ...type, ...access.headers },
        deadlines: lasts,
        ...content,
      },
      signal,
    );
  };
  /** The answer to a success, unread; a 401 renews the credentials and is sent once more, since nothing was done. */
  const send = async (request: Request, signal: AbortSignal | undefined): Promise<HttpStream> => {
    for (let attempt = 1; ; attempt++) {
      const access = await connection.access();
      const stream = await open(access, request, signal);
      if (stream.status >= 200 && stream.status < 300) return stream;
      const error = apiError(name, await whole(stream, 1024 * 1024), clock.now());
      if (stream.status === 401) await connection.renew(access);
      if (stream.status !== 401 || attempt > 1) throw error;
    }
  };
  const call = async <T>(request: Request, schema: Schema<T>, signal: AbortSignal | undefined): Promise<T> =>
    parseJson(await whole(await send(request, signal), maxBytes), schema, "an object of the Kubernetes API");
  const patient = <T>(request: Request, schema: Schema<T>, signal: AbortSignal | undefined): Promise<T> =>
    retry(() => call(request, schema, signal), clock, signal);
  const mergePatch = "application/strategic-merge-patch+json";
  return {
    name,
    get: (path, schema, signal) => patient({ path }, schema, signal),
    list: (path, query, schema, signal) => listAll(patient, path, query, schema, signal),
    patch: (path, body, schema, signal) =>
      call({ method: "PATCH", path, query: { fieldManager: "lateen" }, body, contentType: mergePatch }, schema, signal),
    post: (path, body, schema, signal) => call({ method: "POST", path, body }, schema, signal),
    watch: (path, query, lastsMs, signal) => send({ path, query: { ...query, watch: "true" }, lastsMs }, signal),
  };
}

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: object;
  readonly contentType?: string;
  /** For a watch: the time after which the server ends it. */
  readonly lastsMs?: number;
}

type Call = <T>(request: Request, schema: Schema<T>, signal: AbortSignal | undefined) => Promise<T>;

/** A continuation lives as long as the server keeps its version, 5 to 15 minutes; then the list begins again (410, "Expired"). */
async function listAll<T>(
  call: Call,
  path: string,
  query: Query,
  schema: Schema<T>,
  signal: AbortSignal | undefined,
): Promise<Listed<T>> {
  const pages = pagesOf(call, path, query, signal);
  for (let restart = 0; ; restart++) {
    const items: T[] = [];
    let next: string | undefined;
    try {
      for (;;) {
        const { metadata, items: some } = await pages.read(next);
        for (const item of some ?? []) items.push(parsed(schema, item, path));
        next = metadata.continue === "" ? undefined : metadata.continue;
        if (next === undefined) return { items, resourceVersion: metadata.resourceVersion };
      }
    } catch (thrown) {
      const error = asReleaseError(thrown);
      if (error.code !== "KUBERNETES_EXPIRED" || next === undefined || restart >= maxRestarts) throw error;
    }
  }
}

/** Reads pages, and smaller ones from the first on that was too large. */
function pagesOf(call: Call, path: string, query: Query, signal: AbortSignal | undefined) {
  let size = pageSize;
  const read = async (next: string | undefined): Promise<z.infer<typeof page>> => {
    try {
      return await call({ path, query: { ...query, limit: String(size), continue: next } }, page, signal);
    } catch (error) {
      if (asReleaseError(error).code !== "HTTP_TOO_LARGE" || size === 1) throw error;
      size = Math.ceil(size * smallerPage);
      return read(next);
    }
  };
  return { read };
}

function parsed<T>(schema: Schema<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw fleetError("KUBERNETES_UNREADABLE", "unavailable", {
    retryable: false,
    message: `an object of ${path} cannot be read`,
    why: result.error.issues
      .map(({ path: at, message }) => `${at.map(String).join(".")}: ${message}`)
      .join("; ")
      .slice(0, 300),
  });
}

async function whole(stream: HttpStream, limit: number): Promise<HttpResponse> {
  const bytes = await readBounded(stream, limit);
  const { status, url, header } = stream;
  return { status, url, bytes, header, text: () => new TextDecoder().decode(bytes) };
}
