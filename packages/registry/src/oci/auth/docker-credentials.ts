import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { askHelper } from "./credential-helper.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import { authFor, type DockerConfig, parseDockerConfig, serverUrl } from "./docker-config.ts";

/** Longest configuration file in characters. */
const longestFile = 1024 * 1024;

/**
 * The credentials that docker and podman keep: `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, then `$REGISTRY_AUTH_FILE`, then
 * `$XDG_RUNTIME_DIR/containers/auth.json`; the first file that knows the host counts. Files are read once, when first needed.
 */
export function createDockerCredentials(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): CredentialSource {
  let configs: Promise<readonly DockerConfig[]> | undefined;
  return async (host, signal) => {
    configs ??= readConfigs(env);
    for (const config of await configs) {
      const known = await fromConfig(config, host, env, clock, signal);
      if (known !== undefined) return known;
    }
    return undefined;
  };
}

async function fromConfig(
  config: DockerConfig,
  host: string,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Credentials | undefined> {
  const { helper, stored } = authFor(config, host);
  const asked =
    helper === undefined ? undefined : await askHelper({ name: helper, server: serverUrl(host), env }, clock, signal);
  return asked ?? stored;
}

async function readConfigs(env: Readonly<Record<string, string | undefined>>): Promise<readonly DockerConfig[]> {
  const { DOCKER_CONFIG, HOME, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = env;
  const files = [
    ...(DOCKER_CONFIG ? [join(DOCKER_CONFIG, "config.json")] : HOME ? [join(HOME, ".docker", "config.json")] : []),
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, "containers", "auth.json")] : []),
  ];
  const configs = await Promise.all(files.map(readConfig));
  return configs.filter((config) => config !== undefined);
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
