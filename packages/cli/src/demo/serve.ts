import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Reporter } from "@lateen/kernel";
import type { CommandResult } from "../commands/command.ts";
import { parseListen } from "../commands/serve/run.ts";
import { loadService } from "../commands/serve/service-module.ts";
import { loadConfig } from "../config/load.ts";
import type { Host } from "../host.ts";
import type { CommandEvent } from "../output/events.ts";
import { programOf } from "./program.ts";
import { startWorld } from "./world.ts";

/** Tenants of the world: enough to be watched for a while. */
const size = 40;

/** Serves the demo world until it is interrupted, and orders its newest commit, so that there is something to see. */
export async function serveDemo(
  host: Host,
  report: Reporter<CommandEvent>,
  listen: string | undefined,
): Promise<CommandResult> {
  const address = parseListen(listen ?? "127.0.0.1:7070");
  const module = await loadService();
  const world = await startWorld({ size }, "watched");
  try {
    const database = await module.startPostgres(join(world.folder, ".lateen", "service"), host.clock);
    try {
      const token = randomBytes(16).toString("hex");
      const settings = await loadConfig({ cwd: world.folder, env: world.env });
      const served = await module.createService({
        database: database.url,
        fleets: { default: { settings } },
        tokens: [{ role: "admin", name: "demo", token }],
        env: { ...host.env, ...world.env },
        clock: host.clock,
      });
      try {
        const url = await served.listen(address);
        const service = { url, token };
        const id = await order(service, world.commits.at(-1) ?? "");
        host.stdout.write(pageOf(service));
        await untilEnded(service, id, { host, report });
        // Only now: the first would give way to it.
        host.stdout.write(commandOf(service, await world.release({ message: "Something newer" })));
        while (!host.signal.aborted) await pause(20_000, { host, report });
      } finally {
        await served.close();
      }
    } finally {
      await database.stop();
    }
  } finally {
    await world.close();
  }
  return { outcome: "ok", document: { reason: "the demo has stopped" }, answer: "the demo has stopped" };
}

interface Served {
  readonly url: string;
  readonly token: string;
}

interface Watched {
  readonly host: Host;
  readonly report: Reporter<CommandEvent>;
}

async function order({ url, token }: Served, sha: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ sha, reason: "to have something to look at" });
  const response = await fetch(`${url}/v1/fleets/default/releases`, { method: "POST", headers, body });
  return ((await response.json()) as { readonly rollout: string }).rollout;
}

async function untilEnded({ url, token }: Served, id: string, watched: Watched): Promise<void> {
  while (!watched.host.signal.aborted) {
    const response = await fetch(`${url}/v1/rollouts/${id}`, { headers: { authorization: `Bearer ${token}` } });
    if (((await response.json()) as { readonly state: string }).state === "ended") return;
    await pause(500, watched);
  }
}

/** The page is the sign of life: no other one is wanted here. */
async function pause(ms: number, { host, report }: Watched): Promise<void> {
  report({ type: "narrated", text: "" });
  await host.clock.sleep(ms, host.signal).catch(() => undefined);
}

/** The token is in the part of the address that a browser keeps to itself. */
function pageOf({ url, token }: Served): string {
  return `
The page, on which a release is under way:

  ${url}/#token=${token}

The world stays up until Ctrl-C.
`;
}

function commandOf({ url, token }: Served, sha: string): string {
  return `
A newer commit, ordered and followed from another terminal:

  LATEEN_SERVER_TOKEN=${token} ${programOf().join(" ")} ship --server ${url} --sha ${sha}
`;
}
