import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@lateen/kernel";
import { freePort } from "./free-port.ts";

/** How Debian's `docker-registry` is started. */
export interface StartDockerRegistryOptions {
  /** Path of the program. @default "docker-registry", looked up in PATH */
  readonly program?: string | undefined;
  /** The token service that it trusts. @default open to everybody */
  readonly auth?: { readonly realm: string; readonly issuer: string; readonly cert: string; readonly service?: string };
}

/** A running `docker-registry`. */
export interface DockerRegistry {
  readonly host: string;
  readonly url: string;
  close(): Promise<void>;
}

/** Ends the program when our end of its input closes, also when this process is killed. */
const watched =
  'command -v "$0" >/dev/null || exit 127; "$0" serve "$1" & program=$!; cat >/dev/null; kill -9 $program';

/** Starts the real registry on a free port with its data in a temporary folder. */
export async function startDockerRegistry(options: StartDockerRegistryOptions = {}): Promise<DockerRegistry> {
  const { program = "docker-registry", auth } = options;
  const folder = await mkdtemp(join(tmpdir(), "lateen-registry-"));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await writeFile(join(folder, "ca.pem"), auth?.cert ?? "");
  await writeFile(join(folder, "config.yml"), configOf(folder, host, auth));
  const child = spawn("sh", ["-c", watched, program, join(folder, "config.yml")], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const close = async (): Promise<void> => {
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await rm(folder, { recursive: true, force: true });
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

function configOf(folder: string, host: string, auth: StartDockerRegistryOptions["auth"]): string {
  const token =
    auth === undefined
      ? []
      : [
          "auth:",
          "  token:",
          `    realm: ${auth.realm}`,
          `    service: ${auth.service ?? "registry"}`,
          `    issuer: ${auth.issuer}`,
          `    rootcertbundle: ${join(folder, "ca.pem")}`,
        ];
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
    ...token,
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
