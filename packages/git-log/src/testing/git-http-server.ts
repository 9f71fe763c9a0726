import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A request to a git server, as far as a fault depends on it. */
export interface GitRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** True for the request that carries the objects and ref updates of a push. */
  readonly isPush: boolean;
}

/** An answer in git's place; the connection reset at once; or reset after git has done its work. */
export type GitFault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | "reset"
  | "reset-after";

export interface GitHttpServerOptions {
  /** Folder whose repositories are served. */
  readonly root: string;
  /** Credentials of Basic authentication; without them anyone may read and write. */
  readonly credentials?: { readonly username?: string; readonly password: string };
  /** Asked at each request that has passed authentication. */
  readonly fault?: (request: GitRequest) => GitFault | undefined;
}

export interface GitHttpServer {
  readonly url: string;
  readonly requests: readonly (GitRequest & { readonly authorization: string | undefined })[];
  close(): Promise<void>;
}

/** A git server over smart HTTP on a free port of 127.0.0.1, made of `git http-backend`. */
export async function startGitHttpServer(options: GitHttpServerOptions): Promise<GitHttpServer> {
  const requests: (GitRequest & { authorization: string | undefined })[] = [];
  const greetings = new Map<string, Buffer>();
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const request = {
      method: incoming.method ?? "GET",
      path,
      isPush: incoming.method === "POST" && path.endsWith("/git-receive-pack"),
    };
    const { authorization } = incoming.headers;
    requests.push({ ...request, authorization });
    incoming.on("error", () => undefined);
    if (!isAllowed(authorization, options.credentials)) {
      return void outgoing.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end("unauthorized\n");
    }
    const fault = options.fault?.(request);
    if (fault === "reset") return void incoming.socket.resetAndDestroy();
    if (typeof fault === "object") return void outgoing.writeHead(fault.status, fault.headers).end(fault.body);
    const key = greetingOf(options.root, incoming);
    const known = greetings.get(key ?? "");
    if (known !== undefined && fault === undefined) return respond(outgoing, known);
    serve(options.root, incoming, (output) => {
      if (fault === "reset-after") return void incoming.socket.resetAndDestroy();
      if (key !== undefined && output.includes("version 2\n")) greetings.set(key, output);
      respond(outgoing, output);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function isAllowed(authorization: string | undefined, wanted: GitHttpServerOptions["credentials"]): boolean {
  if (wanted === undefined) return true;
  const [, name, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(authorization?.replace(/^Basic /, "") ?? "", "base64").toString()) ?? [];
  return password === wanted.password && (wanted.username === undefined || name === wanted.username);
}

/**
 * Names what git answers before a client of protocol 2 asks for anything: what it can do, which is the same until the repository is
 * configured otherwise, so that no program is started for it again. Undefined for every other request.
 * Source: git's Documentation/technical/protocol-v2, "Capability Advertisement".
 */
function greetingOf(root: string, { method, url = "/", headers }: IncomingMessage): string | undefined {
  const [, repository] = /^\/([\w.-]+)\/info\/refs\?service=git-upload-pack$/.exec(url) ?? [];
  if (method !== "GET" || repository === undefined || headers["git-protocol"] !== "version=2") return undefined;
  const config = statSync(join(root, repository, "config"), { throwIfNoEntry: false });
  return config && `${repository} ${config.mtimeMs} ${config.size}`;
}

function serve(root: string, incoming: IncomingMessage, answer: (output: Buffer) => void): void {
  const child = spawn("git", ["http-backend"], {
    env: cgiEnvironment(root, incoming),
    stdio: ["pipe", "pipe", "ignore"],
  });
  const parts: Buffer[] = [];
  child.stdin.on("error", () => undefined);
  incoming.pipe(child.stdin);
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.on("error", () => incoming.socket.destroy());
  child.on("close", () => answer(Buffer.concat(parts)));
}

/** Source: RFC 3875 §4.1, and git-http-backend(1), "ENVIRONMENT". */
function cgiEnvironment(root: string, incoming: IncomingMessage): Record<string, string> {
  const [path = "/", query = ""] = (incoming.url ?? "/").split("?");
  const header = (name: string) => String(incoming.headers[name] ?? "");
  const length = incoming.headers["content-length"];
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: tmpdir(),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.receivepack",
    GIT_CONFIG_VALUE_0: "true",
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_PROTOCOL: header("git-protocol"),
    REQUEST_METHOD: incoming.method ?? "GET",
    PATH_INFO: decodeURIComponent(path),
    QUERY_STRING: query,
    CONTENT_TYPE: header("content-type"),
    HTTP_CONTENT_ENCODING: header("content-encoding"),
    REMOTE_ADDR: "127.0.0.1",
    ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
  };
}

function respond(outgoing: ServerResponse, output: Buffer): void {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.toString("latin1", 0, Math.max(0, end)).split("\r\n");
  const headers = lines.map(
    (line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const,
  );
  const status = headers.find(([name]) => name.toLowerCase() === "status")?.[1] ?? (end < 0 ? "500" : "200");
  for (const [name, value] of headers)
    if (name !== "" && name.toLowerCase() !== "status") outgoing.setHeader(name, value);
  outgoing.writeHead(Number.parseInt(status, 10)).end(output.subarray(end < 0 ? 0 : end + 4));
}
