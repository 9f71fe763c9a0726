import { createHash } from "node:crypto";
import { type RecordedRequest, type ScriptedReply, startScriptedServer } from "@lateen/kernel/testing";

/** An answer that takes the place of the right one. */
export interface Misbehaviour extends ScriptedReply {
  /** Requests that it applies to: matched against path and query. @default all */
  readonly on?: RegExp;
  /** For how many requests. @default all that come */
  readonly times?: number;
}

/** A web page, as gateways and login pages answer; `…misbehave(htmlPage)`. */
export const htmlPage: Misbehaviour = {
  status: 200,
  headers: { "content-type": "text/html" },
  body: "<!DOCTYPE html><html><body>Sign in</body></html>",
};

/** A request as it came in, with the status of the answer. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly status: number;
  /** True for a conditional request. */
  readonly conditional: boolean;
  readonly userAgent: string;
}

/** Controls that every forge server of this folder has. */
export interface HttpFake {
  /** Address without a slash at its end. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Puts a wrong answer in the place of right ones; later ones win. Answers a function that ends it. */
  misbehave(misbehaviour: Misbehaviour): () => void;
  close(): Promise<void>;
}

/** Behaviour of an {@link HttpFake}. */
export interface HttpFakeOptions {
  /** Real time before each answer, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** True if answers carry an `etag` and conditional requests are answered with 304. @default true */
  readonly etags?: boolean;
  readonly answer: (request: RecordedRequest) => Promise<ScriptedReply>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startHttpFake({ latencyMs = 0, etags = true, answer }: HttpFakeOptions): Promise<HttpFake> {
  const requests: SeenRequest[] = [];
  const wrong: { readonly rule: Misbehaviour; left: number }[] = [];
  const server = await startScriptedServer(async (request) => {
    const rule = wrong.findLast(({ rule: { on }, left }) => left > 0 && (on?.test(request.path) ?? true));
    if (rule !== undefined) rule.left--;
    const right = rule?.rule ?? (await answer(request));
    const reply = rule === undefined && etags ? withEtag(right, request) : right;
    requests.push({
      method: request.method,
      path: request.path,
      status: reply.fault === undefined ? (reply.status ?? 200) : 0,
      conditional: request.headers["if-none-match"] !== undefined,
      userAgent: request.headers["user-agent"] ?? "",
    });
    return { ...reply, delayMs: (reply.delayMs ?? 0) + latencyMs };
  });
  return {
    url: server.url,
    requests,
    misbehave(rule) {
      const entry = { rule, left: rule.times ?? Infinity };
      wrong.push(entry);
      return () => void wrong.splice(wrong.indexOf(entry), 1);
    },
    close: () => server.close(),
  };
}

function withEtag(reply: ScriptedReply, request: RecordedRequest): ScriptedReply {
  if ((reply.status ?? 200) !== 200 || request.method !== "GET") return reply;
  const etag = `"${createHash("sha256").update(JSON.stringify(reply.body)).digest("hex").slice(0, 32)}"`;
  const headers = { ...reply.headers, etag };
  return request.headers["if-none-match"] === etag ? { status: 304, headers, body: "" } : { ...reply, headers };
}

/** An answer in JSON. */
export function json(body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): ScriptedReply {
  return {
    status,
    headers: { "content-type": "application/json;charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}
