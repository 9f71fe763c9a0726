import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { systemClock } from "@lateen/kernel";
import type { Fault } from "./misbehaviour.ts";
import type { Reply } from "./reply.ts";

/** Sends an answer, or what a fault makes of it. */
export async function sendReply(
  response: ServerResponse,
  method: string,
  reply: Reply,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === "hang") return;
  if (fault?.kind === "reset" && fault.when !== "during-answer") {
    response.destroy();
    return;
  }
  const length =
    fault?.kind === "flood" || fault?.kind === "drip" || reply.status === 204
      ? {}
      : { "content-length": String(reply.body.length) };
  const { "content-length": _stated, ...headers } = reply.headers;
  response.writeHead(reply.status, { ...headers, ...length });
  if (fault?.kind === "reset") {
    response.write(reply.body.subarray(0, Math.floor(reply.body.length / 2)), () => response.destroy());
    return;
  }
  if (fault?.kind === "flood") return await flood(response);
  if (fault?.kind === "drip") return await drip(response, fault.everyMs);
  response.end(method === "HEAD" ? undefined : reply.body);
}

async function flood(response: ServerResponse): Promise<void> {
  const part = Buffer.alloc(64 * 1024, "{");
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  while (!response.destroyed) {
    if (!response.write(part)) await once(response, "drain", { signal: gone.signal }).catch(() => response.destroy());
  }
}

async function drip(response: ServerResponse, everyMs: number): Promise<void> {
  while (!response.destroyed) {
    response.write(" ");
    await systemClock.sleep(everyMs);
  }
}
