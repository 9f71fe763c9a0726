import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { parseDuration } from "@lateen/kernel";
import { findConfig, readConfigFile } from "../../config/read-config-file.ts";
import { usageError } from "../../config/errors.ts";
import { loadConfig, type Settings } from "../../config/load.ts";
import type { CommandResult } from "../command.ts";
import type { Context } from "../context.ts";
import { loadEngine, loadService, type ServiceModule, type ServiceToken } from "./service-module.ts";

/** Serves until it is interrupted, which is its good end: calls in flight settle, and what is unfinished is left to the next start. */
export async function serveFleets(context: Context): Promise<CommandResult> {
  const { args, host, signal } = context;
  const { host: address, port } = parseListen(args.text("listen") ?? "127.0.0.1:7070");
  const graceMs = parseDuration(args.text("grace") ?? "20s");
  const settings = await context.settings();
  const fleets = await fleetsOf(context, settings);
  const service = await loadService();
  const engine = await loadEngine(parseEngine(args.text("engine")) ?? settings.config.service?.engine);
  const given = args.text("database") ?? nonEmpty(host.env["LATEEN_DATABASE_URL"]);
  const folder = resolve(
    ...(args.text("data") === undefined ? [settings.folder, ".lateen/service"] : [host.cwd, args.text("data") ?? ""]),
  );
  const database = given === undefined ? await service.startPostgres(folder, host.clock) : notOurs(given);
  try {
    // Only now: a token that two services make at the same time would be the right one of neither.
    const tokens = readTokens(context, service, folder);
    const served = await service.createService({
      database: database.url,
      fleets,
      tokens,
      env: host.env,
      clock: host.clock,
      engine,
    });
    try {
      const url = await served.listen({ host: address, port });
      if (given === undefined) host.stderr.write(`database: ${join(folder, "postgres")}\n`);
      host.stderr.write(`serving ${Object.keys(fleets).join(", ")} on ${url}\n`);
      const lost = await Promise.race([untilAborted(signal), database.lost]);
      if (lost !== undefined) throw lost;
    } finally {
      // Part of the time is the database's own.
      await Promise.race([served.close(), host.clock.sleep(Math.max(1_000, graceMs - 5_000))]);
    }
  } finally {
    await database.stop();
  }
  return { outcome: "ok", document: { reason: "the service has stopped" }, answer: "the service has stopped" };
}

/** The engine of `--engine`. @throws ReleaseError `USAGE` */
function parseEngine(name: string | undefined): "table" | "dbos" | undefined {
  if (name === undefined || name === "table" || name === "dbos") return name;
  throw usageError(`--engine ${JSON.stringify(name)} is no engine`, "write --engine table or --engine dbos");
}

/** A database that others keep: it is not lost to another service, and not stopped by this one. */
function notOurs(url: string): Awaited<ReturnType<ServiceModule["startPostgres"]>> {
  return { url, lost: new Promise(() => undefined), stop: async () => undefined };
}

/** Fleets are the environments of the configuration; without any there is one, `default`. */
async function fleetsOf({ args, host }: Context, settings: Settings): Promise<Record<string, { settings: Settings }>> {
  const path = args.text("config") ?? nonEmpty(host.env["LATEEN_CONFIG"]) ?? findConfig(host.cwd, host.files);
  const document = path === undefined ? undefined : await readConfigFile(path, host.cwd, host.files);
  const { environments = {} } = (document?.value ?? {}) as { readonly environments?: object };
  const names = Object.keys(environments);
  if (names.length === 0) return { default: { settings } };
  const load = (overlay: string): Promise<Settings> =>
    loadConfig({ cwd: host.cwd, env: host.env, files: host.files, file: args.text("config"), overlay });
  const loaded = await Promise.all(names.map(async (name) => [name, { settings: await load(name) }] as const));
  return Object.fromEntries(loaded);
}

/** The tokens of the file, or one that is made once and kept next to the database. */
function readTokens({ args, host }: Context, service: ServiceModule, folder: string): readonly ServiceToken[] {
  const file = args.text("tokens");
  if (file !== undefined) return service.parseTokens(host.files.read(resolve(host.cwd, file)), file);
  const path = join(folder, "token");
  if (!host.files.exists(path)) {
    const token = randomBytes(24).toString("hex");
    host.files.replace(path, `${token}\n`, 0o600);
  }
  host.stderr.write(`token (admin): ${path}\n`);
  return [{ role: "admin", name: "admin", token: host.files.read(path).trim() }];
}

/** The address of `--listen`. @throws ReleaseError `USAGE` */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = ""] = /^(?:(\[[^\]]+\]|[^:]*):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535)
    throw usageError(`--listen ${JSON.stringify(text)} is not HOST:PORT`, "write --listen 127.0.0.1:7070");
  return { host: host.replaceAll(/^\[|\]$/g, "") || "127.0.0.1", port: Number(port) };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    signal.addEventListener("abort", () => done(), { once: true });
  });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text;
}
