import { createHttp } from "@lateen/kernel";
import { senderOf } from "@lateen/registry/sender";
import type { Environment } from "../../config/layers.ts";
import { readForgeVersion } from "../doctor/forge-version.ts";

/** How long a server may take to say its version, in milliseconds: no one should wait for a convenience. */
const patienceMs = 3_000;

/** Names that are reserved for documentation and tests, where no server answers. Source: RFC 2606, RFC 6761. */
const reserved = /(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|test)$/i;

/** The version that a Gitea reports without a token, by the address of its API; undefined if it does not. */
export async function askVersion(api: string, env: Environment, signal: AbortSignal): Promise<string | undefined> {
  if (reserved.test(new URL(api).hostname)) return undefined;
  const http = createHttp({ send: senderOf({}, env) });
  const ports = { http, forgeToken: () => undefined };
  const deadlines = { connectMs: patienceMs, headersMs: patienceMs, totalMs: patienceMs };
  const reading = await readForgeVersion({ api }, ports, signal, deadlines);
  return reading.kind === "found" ? reading.value : undefined;
}
