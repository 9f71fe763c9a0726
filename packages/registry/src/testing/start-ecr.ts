import { once } from "node:events";
import { createServer, type IncomingMessage, request as sendOn, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@lateen/kernel";
import { type EcrAnswer, ecrOperations, type EcrRepositorySetting, type EcrWorld } from "./ecr-operations.ts";
import { type FakeRegistry, startRegistry } from "./start-registry.ts";
import type { RegistryStore } from "./store.ts";

/** Settings of the fake ECR. */
export interface StartEcrOptions {
  /** @default "123456789012" */
  readonly account?: string;
  /** @default "us-east-2" */
  readonly region?: string;
  /** The one access key id that is accepted; signatures are not checked. @default "AKIDEXAMPLE" */
  readonly accessKeyId?: string;
  /** Repositories that exist from the start. */
  readonly repositories?: Readonly<Record<string, EcrRepositorySetting>>;
  /** True if a push to `/v2/` makes a repository that is missing, as a creation template of the account can have it. @default false */
  readonly createOnPush?: boolean;
}

/** A call of the JSON API as it was seen. */
export interface EcrCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** Misbehaviour of the fake ECR. */
export type EcrFault =
  /** Answers with an exception; with `done`, after having carried the call out. */
  | {
      readonly kind: "exception";
      readonly name: string;
      readonly status?: number;
      readonly done?: boolean;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Tears the connection before, or after having carried the call out. */
  | { readonly kind: "reset"; readonly done?: boolean }
  /** Answers with this text instead of JSON. */
  | {
      readonly kind: "text";
      readonly status: number;
      readonly text: string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Changes the output. */
  | { readonly kind: "output"; readonly change: (output: object) => object };

/** A running fake ECR: JSON 1.1 API and `/v2/` on one address. */
export interface FakeEcr {
  readonly url: string;
  /** The registry's name in references; its `endpoint` is `url`. */
  readonly host: string;
  readonly store: RegistryStore;
  readonly calls: EcrCall[];
  /** Requests of the `/v2/` API. */
  readonly requests: FakeRegistry["requests"];
  /** Makes the password of the `/v2/` API that was given out expire; the next one is another. */
  expirePassword(): void;
  /** The operation `storage` is the signed address that `GetDownloadUrlForLayer` answers with. */
  misbehave(rule: { readonly operation: string; readonly times?: number; readonly fault: EcrFault }): void;
  close(): Promise<void>;
}

/** Starts a fake of Amazon ECR on loopback that the AWS SDK and OCI clients can use. */
export async function startEcr(options: StartEcrOptions = {}): Promise<FakeEcr> {
  const {
    account = "123456789012",
    region = "us-east-2",
    accessKeyId = "AKIDEXAMPLE",
    repositories = {},
    createOnPush = false,
  } = options;
  const registry = await startRegistry();
  for (const name of Object.keys(repositories)) registry.store.repository(name);
  const calls: EcrCall[] = [];
  const rules: { readonly operation: string; left: number; readonly fault: EcrFault }[] = [];
  let passwords = 1;
  const passwordOf = (count: number) => `ecr-password-of-twelve-hours-${count}`;
  const server = createServer((message, response) => void serve(message, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const world: EcrWorld = {
    account,
    region,
    store: registry.store,
    settings: new Map(Object.entries(repositories)),
    url: () => url,
    password: () => passwordOf(passwords),
  };

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = message.url ?? "/";
    if (path.startsWith("/v2")) {
      const held = Array.from({ length: passwords }, (_, index) => basic(passwordOf(index + 1)));
      if (held.slice(0, -1).includes(message.headers.authorization ?? "")) return denyExpired(message, response);
      const [, name] = /^\/v2\/(.+)\/(?:manifests|blobs|referrers|tags)\//.exec(path) ?? [];
      if (name !== undefined && !createOnPush && !registry.store.repositories.has(name))
        return denyUnknown(message, response, name);
      return passOn(message, response, registry.url, held.at(-1) ?? "");
    }
    if (path.startsWith("/storage/")) {
      const fault = nextFault("storage");
      if (fault !== undefined) return misbehave(fault, () => ({ output: {} }), response);
      return serveBlob(message, response, registry.store);
    }
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    const operation = String(message.headers["x-amz-target"]).replace(/^.*\./, "");
    const input = JSON.parse(Buffer.concat(parts).toString("utf8") || "{}") as Record<string, unknown>;
    calls.push({ operation, input, at: systemClock.now() });
    if (!String(message.headers.authorization).includes(`Credential=${accessKeyId}/`)) {
      return answer(response, {
        exception: "UnrecognizedClientException",
        message: "The security token included in the request is invalid.",
      });
    }
    const run = () =>
      ecrOperations[operation]?.(world, input) ?? { exception: "UnknownOperationException", message: "" };
    const fault = nextFault(operation);
    if (fault === undefined) return answer(response, run());
    misbehave(fault, run, response);
  }

  function nextFault(operation: string): EcrFault | undefined {
    const rule = rules.find((known) => known.operation === operation && known.left > 0);
    if (rule !== undefined) rule.left--;
    return rule?.fault;
  }

  return {
    url,
    host: `${account}.dkr.ecr.${region}.amazonaws.com`,
    store: registry.store,
    calls,
    requests: registry.requests,
    expirePassword: () => void passwords++,
    misbehave: ({ operation, times = Infinity, fault }) => void rules.push({ operation, left: times, fault }),
    async close() {
      server.closeAllConnections();
      server.close();
      await Promise.all([once(server, "close"), registry.close()]);
    },
  };
}

function misbehave(fault: EcrFault, run: () => EcrAnswer, response: ServerResponse): void {
  if (fault.kind === "text")
    return void response.writeHead(fault.status, { "content-type": "text/html", ...fault.headers }).end(fault.text);
  const answered = fault.kind === "output" || fault.done === true ? run() : undefined;
  if (fault.kind === "reset") return void response.destroy();
  if (fault.kind === "exception")
    return answer(
      response,
      { exception: fault.name, message: fault.message ?? "as configured" },
      fault.status,
      fault.headers,
    );
  answer(
    response,
    answered !== undefined && "output" in answered ? { output: fault.change(answered.output) } : (answered ?? run()),
  );
}

function basic(password: string): string {
  return `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
}

/** ECR creates no repository by itself unless it is configured to, unlike most registries. */
function denyUnknown(message: IncomingMessage, response: ServerResponse, name: string): void {
  message.resume();
  const errors = [
    { code: "NAME_UNKNOWN", message: `The repository with name '${name}' does not exist in the registry` },
  ];
  response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ errors }));
}

/** Source: flipt-io/flipt#3043 and awslabs/soci-snapshotter#945: an expired password is a 403, not a 401. */
function denyExpired(message: IncomingMessage, response: ServerResponse): void {
  message.resume();
  const errors = [{ code: "DENIED", message: "Your authorization token has expired. Reauthenticate and try again." }];
  response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify({ errors }));
}

function answer(
  response: ServerResponse,
  result: EcrAnswer,
  status = 400,
  more: Readonly<Record<string, string>> = {},
): void {
  const headers = { "content-type": "application/x-amz-json-1.1", ...more };
  if ("output" in result) return void response.writeHead(200, headers).end(JSON.stringify(result.output));
  response.writeHead(status, headers).end(JSON.stringify({ __type: result.exception, message: result.message }));
}

/** Signed addresses need no header, and S3 refuses a request that has both. */
function serveBlob(message: IncomingMessage, response: ServerResponse, store: RegistryStore): void {
  const [, repository = "", digest = ""] = /^\/storage\/(.+)\/(sha256:[0-9a-f]+)\?/.exec(message.url ?? "") ?? [];
  const blob = store.repositories.get(repository)?.blobs.get(digest);
  if (message.headers.authorization !== undefined)
    return void response.writeHead(400).end("Only one auth mechanism allowed");
  if (blob === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": "binary/octet-stream" }).end(blob);
}

function passOn(message: IncomingMessage, response: ServerResponse, base: string, expected: string): void {
  if (message.headers.authorization !== expected) {
    response
      .writeHead(401, { "www-authenticate": 'Basic realm="https://ecr.example.com/",service="ecr.amazonaws.com"' })
      .end("Not Authorized");
    return;
  }
  const { authorization: _own, ...headers } = message.headers;
  const onward = sendOn(
    `${base}${message.url ?? "/"}`,
    { method: message.method ?? "GET", headers: { ...headers, host: new URL(base).host } },
    (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    },
  );
  onward.on("error", () => response.destroy());
  message.pipe(onward);
}
