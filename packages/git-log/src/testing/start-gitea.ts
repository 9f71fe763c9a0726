import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** A Gitea of one administrator, on a free port of 127.0.0.1. */
export interface GiteaServer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** A token of the administrator with every scope. */
  readonly token: string;
  /** Calls the API (`/repos/…`) as the administrator. @throws if the answer is not successful */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

const [user, password] = ["ada", "correct-horse-7"];

/** Starts the program `gitea`, whose folder holds its templates and options. */
export async function startGitea(program: string): Promise<GiteaServer> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-gitea-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = join(folder, "app.ini");
  await writeFile(config, configuration(url, folder, dirname(program)));
  // It refuses to run as root, which is all that a container has.
  const env = { PATH: process.env["PATH"], HOME: folder, GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: "true" };
  const common = ["--config", config, "--work-path", folder];
  await promisify(execFile)(program, ["migrate", ...common], { env });
  const account = [
    "--username",
    user,
    "--password",
    password,
    "--email",
    `${user}@example.com`,
    "--must-change-password=false",
  ];
  await promisify(execFile)(program, ["admin", "user", "create", "--admin", ...account, ...common], { env });
  const child = spawn(program, ["web", ...common], { env, stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await untilReady(url, () => child.exitCode !== null);
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const api: GiteaServer["api"] = (method, path, body) => call(url, basic, method, path, body);
    const made = await api("POST", `/users/${user}/tokens`, { name: "tests", scopes: ["all"] });
    return { url, user, password, token: (made as { readonly sha1: string }).sha1, api, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Source: Gitea's custom/conf/app.example.ini. */
function configuration(url: string, folder: string, program: string): string {
  return `
APP_NAME = tests
RUN_MODE = prod
RUN_USER = ${userInfo().username}
WORK_PATH = ${folder}
[server]
STATIC_ROOT_PATH = ${program}
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${new URL(url).port}
ROOT_URL = ${url}/
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, "gitea.db")}
[security]
INSTALL_LOCK = true
PASSWORD_HASH_ALGO = pbkdf2_v1
[service]
DISABLE_REGISTRATION = true
[actions]
ENABLED = true
[packages]
ENABLED = true
[log]
LEVEL = error
[session]
PROVIDER = memory
[cron]
ENABLED = false
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end && !hasEnded();) {
    const isReady = await fetch(`${url}/api/v1/version`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Gitea did not become ready");
}

async function call(url: string, authorization: string, method: string, path: string, body: unknown): Promise<unknown> {
  const headers = { authorization, "content-type": "application/json" };
  const response = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
