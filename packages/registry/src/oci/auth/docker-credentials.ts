import { readFile as readFileThen } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { askHelper } from "./credential-helper.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import { authFor, type DockerConfig, parseDockerConfig, serverUrl } from "./parse-docker-config.ts";

// `node:fs/promises` brings the line editor along: 3 ms before the first request (measured December 2026, Node 24).
const readFile = promisify(readFileThen);

/** Longest configuration file in characters. */
const longestFile = 1024 * 1024;

/**
 * The credentials that docker and podman keep. The first place that knows the host or repository counts: `$DOCKER_AUTH_CONFIG` (the
 * content itself), `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, `$REGISTRY_AUTH_FILE`,
 * `$XDG_RUNTIME_DIR/containers/auth.json`, `$XDG_CONFIG_HOME/containers/auth.json` or `~/.config/containers/auth.json`. Files are read once,
 * when first needed.
 *
 * Sources: docker/cli, docs/reference/commandline/docker.md (`DOCKER_AUTH_CONFIG`); containers-auth.json(5).
 */
export function createDockerCredentials(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): CredentialSource {
  let configs: Promise<readonly DockerConfig[]> | undefined;
  /** Running helpers by name and server: twenty repositories of one registry start one program. */
  const running = new Map<string, Promise<Credentials | undefined>>();
  const ask: AskHelper = (name, server) => {
    const key = `${name} ${server}`;
    const known = running.get(key) ?? askHelper({ name, server, env }, clock).finally(() => running.delete(key));
    running.set(key, known);
    return known;
  };
  return async (host, repository) => {
    configs ??= readConfigs(env);
    for (const config of await configs) {
      const known = await fromConfig(config, host, repository, ask);
      if (known !== undefined) return known;
    }
    return undefined;
  };
}

type AskHelper = (name: string, server: string) => Promise<Credentials | undefined>;

async function fromConfig(
  config: DockerConfig,
  host: string,
  repository: string | undefined,
  ask: AskHelper,
): Promise<Credentials | undefined> {
  const { helper, stored } = authFor(config, host, repository);
  const asked = helper === undefined ? undefined : await ask(helper, serverUrl(host));
  return asked ?? stored;
}

async function readConfigs(env: Readonly<Record<string, string | undefined>>): Promise<readonly DockerConfig[]> {
  const { DOCKER_AUTH_CONFIG, DOCKER_CONFIG, HOME, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME } = env;
  const configHome = XDG_CONFIG_HOME || (HOME ? join(HOME, ".config") : "");
  const files = [
    ...(DOCKER_CONFIG ? [join(DOCKER_CONFIG, "config.json")] : HOME ? [join(HOME, ".docker", "config.json")] : []),
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, "containers", "auth.json")] : []),
    ...(configHome ? [join(configHome, "containers", "auth.json")] : []),
  ];
  const given = DOCKER_AUTH_CONFIG?.trim() ? [parseDockerConfig(DOCKER_AUTH_CONFIG, "$DOCKER_AUTH_CONFIG")] : [];
  const configs = await Promise.all([...new Set(files)].map(readConfig));
  return [...given, ...configs.filter((config) => config !== undefined)];
}

async function readConfig(file: string): Promise<DockerConfig | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw registryError("REGISTRY_CREDENTIALS_UNREADABLE", "auth", {
      message: `${file} cannot be read (${String(code)})`,
      fix: "check its permissions",
    });
  }
  return text.trim() === "" ? undefined : parseDockerConfig(text.slice(0, longestFile), file);
}
