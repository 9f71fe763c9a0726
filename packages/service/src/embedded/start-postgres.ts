import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createConnection, Server } from "node:net";
import { join, resolve } from "node:path";
import { getuid, kill } from "node:process";
import { promisify } from "node:util";
import { type Clock, ReleaseError } from "@lateen/kernel";
import { elapsedOf } from "../run/elapsed.ts";
import { findBinaries } from "./binaries.ts";
import { dataInUse, type FolderLock, lockFolder } from "./lock.ts";
import { reachableBy } from "./reachable.ts";
import { chooseUser, type RunAs } from "./run-as.ts";
import { commandAs, databaseEnv, startServerProcess } from "./server-process.ts";

const run = promisify(execFile);

/** A PostgreSQL of our own. */
export interface EmbeddedPostgres {
  /** Has the password in it: never shown. */
  readonly url: string;
  readonly folder: string;
  /** Resolves with `DATA_IN_USE` if another service takes the folder over, which it may while this process is stopped. */
  readonly lost: Promise<ReleaseError>;
  /** Ends every connection, writes everything and stops. */
  stop(): Promise<void>;
}

/** Milliseconds for a start; recovery after a crash takes longer than a start. */
const startMs = 60_000;

/**
 * Starts a PostgreSQL in `folder`, made if it is not there, on a free port of loopback. If it ends by itself it is started again.
 *
 * The folder is this process's until the server is stopped. A server that a killed service left behind is stopped first.
 * @throws ReleaseError `DATA_IN_USE`, `EMBEDDED_POSTGRES_MISSING`, `DATABASE_START`
 */
export async function startPostgres(folder: string, clock: Clock): Promise<EmbeddedPostgres> {
  const lock = await lockFolder(folder);
  try {
    return await startLocked(folder, lock, clock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(folder: string, lock: FolderLock, clock: Clock): Promise<EmbeddedPostgres> {
  const as = await chooseUser(getuid?.() ?? 1);
  const binaries = await reachableBy(as, await findBinaries());
  const data = resolve(folder, "postgres");
  const log = resolve(folder, "postgres.log");
  const password = await readPassword(folder);
  if (!(await exists(join(data, "PG_VERSION")))) await initialise(binaries.initdb, data, password, as);
  await stopLeftover(data, clock);
  const port = await freePort();
  const server = await startServerProcess(
    { program: binaries.postgres, args: argumentsOf(data, port), as, log },
    clock,
  );
  try {
    await untilReady(port, server, clock, log);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { promise: lost, resolve: lose } = Promise.withResolvers<ReleaseError>();
  // While this process was stopped another service may have taken the folder, and with it the server.
  server.keep(async () => {
    const isOurs = await lock.isHeld();
    if (!isOurs) lose(dataInUse(folder, "it has taken the folder over while this one was stopped"));
    return isOurs;
  });
  return {
    url: `postgres://lateen:${password}@127.0.0.1:${port}/postgres`,
    folder: data,
    lost,
    async stop() {
      await server.stop();
      await lock.release();
    },
  };
}

function argumentsOf(data: string, port: number): readonly string[] {
  // No socket file: its path is bounded and its folder may be closed to us. 200 connections are ten services.
  const flags = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "timezone=UTC"];
  return ["-D", data, "-p", String(port), ...flags.flatMap((flag) => ["-c", flag])];
}

async function readPassword(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "postgres.password");
  const known = await readFile(path, "utf8").catch(() => "");
  if (known !== "") return known.trim();
  const password = randomBytes(24).toString("hex");
  await writeFile(path, password, { mode: 0o600 });
  return password;
}

async function initialise(program: string, data: string, password: string, as: RunAs): Promise<void> {
  // The folder of an interrupted first start has no PG_VERSION and cannot be used.
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true, mode: 0o700 });
  const passwordFile = join(data, "..", "postgres.password.once");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (as.uid !== undefined && as.gid !== undefined) {
    await chown(data, as.uid, as.gid);
    await chown(passwordFile, as.uid, as.gid);
  }
  const args = [
    "-D",
    data,
    "-U",
    "lateen",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "-E",
    "UTF8",
    "--locale=C",
  ];
  try {
    const [file, all, ids] = commandAs(as, program, args);
    await run(file, all, { ...ids, env: databaseEnv, cwd: "/" });
  } catch (cause) {
    throw startFailed(cause instanceof Error ? cause.message.slice(-500) : "initdb failed", cause);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A server that outlived its service is stopped: its port and settings are not ours. */
async function stopLeftover(data: string, clock: Clock): Promise<void> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const [first = "", folder = ""] = text.split("\n");
  const pid = Number(first);
  if (!Number.isSafeInteger(pid) || pid <= 1 || folder !== data) return;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (!command.includes("postgres")) return;
  for (const signal of ["SIGCONT", "SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    try {
      kill(pid, signal);
    } catch {
      return;
    }
    for (let tries = 0; tries < 30 && signal !== "SIGCONT"; tries++) {
      if (await isGone(pid)) return;
      await clock.sleep(100);
    }
  }
}

/** If a process has ended; one that is defunct has. Source: proc_pid_stat(5), field 3. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") X");
  return "ZXx".includes(stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "X");
}

async function untilReady(port: number, server: { isRunning(): boolean }, clock: Clock, log: string): Promise<void> {
  const until = elapsedOf(clock) + startMs;
  const { default: pg } = await import("pg");
  for (;;) {
    // "not yet" is an answer as well: it begins with a password only once recovery is over.
    if (await accepts(port)) {
      const client = new pg.Client({ host: "127.0.0.1", port, user: "lateen", password: "", database: "postgres" });
      client.on("error", () => undefined);
      const code = await client.connect().then(
        () => "ready",
        (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "SASL"),
      );
      await client.end().catch(() => undefined);
      // 57P03: starting up, or recovering. Anything else is an answer of a server that takes connections.
      if (code !== "57P03" && !code.startsWith("E")) return;
    }
    if (!server.isRunning()) {
      const text = await readFile(log, "utf8").catch(() => "");
      throw startFailed(text.trim().split("\n").slice(-3).join(" ").slice(-500), undefined);
    }
    if (elapsedOf(clock) >= until) throw startFailed("it did not take connections in a minute", undefined);
    await clock.sleep(30);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      done(true);
    });
    socket.on("error", () => done(false));
  });
}

async function freePort(): Promise<number> {
  const server = new Server();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function startFailed(why: string, cause: unknown): ReleaseError {
  return new ReleaseError({
    code: "DATABASE_START",
    category: "unavailable",
    message: "the service's own PostgreSQL did not start",
    why,
    fix: "see postgres.log in the --data folder, or give --database URL",
    cause,
  });
}
