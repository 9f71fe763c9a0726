import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@lateen/kernel";
import { freePort } from "./free-port.ts";

/** Settings of Debian's `docker-registry`. */
export interface StartDockerRegistryOptions {
  /** Path of the program. @default "docker-registry", looked up in PATH */
  readonly program?: string | undefined;
  /** The token service that it trusts. @default open to everyone */
  readonly auth?: { readonly realm: string; readonly issuer: string; readonly cert: string; readonly service?: string };
  /** Its users, as lines of Apache's htpasswd with bcrypt. @default open to everyone, or to holders of a token */
  readonly htpasswd?: string;
}

/** A running `docker-registry`. */
export interface DockerRegistry {
  readonly host: string;
  readonly url: string;
  close(): Promise<void>;
}

/** A program that is a registry, and how it is started. */
export interface RegistryProgram {
  readonly program: string;
  /** Its arguments, for the address `host:port` that it should listen on. */
  arguments(address: string): readonly string[];
}

/** Ends the program when our end of its input closes, also when this process is killed. */
const watched =
  'command -v "$0" >/dev/null || exit 127; "$0" "$@" </dev/null & program=$!; cat >/dev/null; kill -9 $program';

/** Starts the real registry on a free port with its data in a temporary folder. */
export async function startDockerRegistry(options: StartDockerRegistryOptions = {}): Promise<DockerRegistry> {
  const { program = "docker-registry", auth, htpasswd } = options;
  const folder = await mkdtemp(join(tmpdir(), "lateen-registry-"));
  const config = join(folder, "config.yml");
  const remove = async () => await rm(folder, { recursive: true, force: true });
  const port = await freePort();
  await writeFile(join(folder, "ca.pem"), auth?.cert ?? "");
  const users = join(folder, "htpasswd");
  if (htpasswd !== undefined) await writeFile(users, htpasswd);
  const basic = ["auth:", "  htpasswd:", "    realm: registry", `    path: ${users}`];
  const guard = auth === undefined ? (htpasswd === undefined ? [] : basic) : tokenAuth(folder, auth);
  await writeFile(config, configOf(folder, `127.0.0.1:${port}`, guard));
  try {
    const started = await startRegistryProgram({ program, arguments: () => ["serve", config] }, port);
    const close = async () => {
      await started.close();
      await remove();
    };
    return { ...started, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Starts a registry program on a free port, or on `port`. */
export async function startRegistryProgram(server: RegistryProgram, port?: number): Promise<DockerRegistry> {
  const { program } = server;
  const host = `127.0.0.1:${port ?? (await freePort())}`;
  const child = spawn("sh", ["-c", watched, program, ...server.arguments(host)], {
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
  });
  const close = async (): Promise<void> => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  const url = `http://${host}`;
  for (let tries = 0; !(await answers(url)); tries++) {
    if (child.exitCode !== null || tries > 600) {
      await close();
      throw new Error(`${program} did not start`);
    }
    await systemClock.sleep(50);
  }
  return { host, url, close };
}

function tokenAuth(folder: string, auth: NonNullable<StartDockerRegistryOptions["auth"]>): readonly string[] {
  return [
    "auth:",
    "  token:",
    `    realm: ${auth.realm}`,
    `    service: ${auth.service ?? "registry"}`,
    `    issuer: ${auth.issuer}`,
    `    rootcertbundle: ${join(folder, "ca.pem")}`,
  ];
}

function configOf(folder: string, host: string, guard: readonly string[]): string {
  const storage = [
    "storage:",
    "  filesystem:",
    `    rootdirectory: ${join(folder, "data")}`,
    "  delete:",
    "    enabled: true",
  ];
  return [
    "version: 0.1",
    "log:",
    "  level: error",
    "  accesslog: { disabled: true }",
    ...storage,
    "http:",
    `  addr: ${host}`,
    `  secret: ${"x".repeat(16)}`,
    ...guard,
    "",
  ].join("\n");
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v2/`);
    await response.arrayBuffer();
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
}
