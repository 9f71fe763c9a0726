import { createHttp, type Secret } from "@lateen/kernel";
import { senderOf } from "@lateen/registry/sender";
import type { Environment } from "../../config/layers.ts";
import { reservedHost } from "../../wiring/open-forge.ts";
import { readForgeVersion } from "../doctor/forge-version.ts";

/** Maximum time in milliseconds for a server to report its version: no one should wait for a convenience. */
const patienceMs = 3_000;

/** The version that a Gitea reports, by the address of its API; undefined if it does not. An instance may show nothing without a token. */
export async function askVersion(
  api: string,
  env: Environment,
  signal: AbortSignal,
  token?: Secret,
): Promise<string | undefined> {
  if (reservedHost.test(new URL(api).hostname)) return undefined;
  const http = createHttp({ send: senderOf({}, env) });
  const ports = { http, forgeToken: () => token };
  const deadlines = { connectMs: patienceMs, headersMs: patienceMs, totalMs: patienceMs };
  const reading = await readForgeVersion({ api }, ports, signal, deadlines);
  return reading.kind === "found" ? reading.value : undefined;
}
