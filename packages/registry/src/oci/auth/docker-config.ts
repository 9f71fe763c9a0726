import { secret } from "@lateen/kernel";
import { z } from "zod";
import { registryError } from "../../errors.ts";
import type { Credentials } from "./credentials.ts";

/** What docker keeps about one host. */
export interface KeptAuth {
  readonly auth?: string | null | undefined;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly identitytoken?: string | null | undefined;
  readonly registrytoken?: string | null | undefined;
}

/** The part of docker's `config.json`, or of podman's `auth.json`, that concerns credentials. */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, KeptAuth>> | null | undefined;
  readonly credsStore?: string | null | undefined;
  readonly credHelpers?: Readonly<Record<string, string>> | null | undefined;
}

const text = z.string().nullish();

const configSchema: z.ZodType<DockerConfig, unknown> = z.object({
  auths: z
    .record(
      z.string(),
      z.object({ auth: text, username: text, password: text, identitytoken: text, registrytoken: text }),
    )
    .nullish(),
  credsStore: text,
  credHelpers: z.record(z.string(), z.string()).nullish(),
});

/** What a configuration says about one host. */
export interface HostAuth {
  /** The program to ask first. */
  readonly helper: string | undefined;
  readonly stored: Credentials | undefined;
}

/** Reads a configuration file; nothing of its content is repeated in the error. @throws ReleaseError `REGISTRY_CREDENTIALS_UNREADABLE` */
export function parseDockerConfig(content: string, file: string): DockerConfig {
  try {
    return configSchema.parse(JSON.parse(content));
  } catch {
    throw registryError("REGISTRY_CREDENTIALS_UNREADABLE", "auth", {
      message: `${file} is not a docker configuration`,
      fix: "repair the file, or log in again",
    });
  }
}

/**
 * What is kept for `host`, by exact host name: `credHelpers` before `credsStore` before `auths`.
 *
 * Matching a part of the name was a class of vulnerability (sigstore/sigstore-js#1718).
 */
export function authFor(config: DockerConfig, host: string): HostAuth {
  const keyed = <T>(record: Readonly<Record<string, T>> | null | undefined): T | undefined => {
    const entries = Object.entries(record ?? {});
    return (entries.find(([key]) => key === host) ?? entries.find(([key]) => hostOfKey(key) === canonical(host)))?.[1];
  };
  const kept = keyed(config.auths);
  return {
    helper: keyed(config.credHelpers) ?? config.credsStore ?? undefined,
    stored: kept === undefined ? undefined : toCredentials(kept),
  };
}

/** Docker Hub is kept under the address of its long gone index. */
export function serverUrl(host: string): string {
  return canonical(host) === "index.docker.io" ? "https://index.docker.io/v1/" : host;
}

function canonical(host: string): string {
  return ["docker.io", "registry-1.docker.io", "index.docker.io"].includes(host)
    ? "index.docker.io"
    : host.toLowerCase();
}

/** The host of a key such as `https://ghcr.io/v2/`; a key with a namespace (`quay.io/acme`) belongs to no host as a whole. */
function hostOfKey(key: string): string | undefined {
  const match = /^(?:https?:\/\/)?([^/]+)(?:\/(?:v[12]\/?)?)?$/.exec(key);
  return match?.[1] === undefined ? undefined : canonical(match[1]);
}

function toCredentials(entry: KeptAuth): Credentials | undefined {
  if (entry.registrytoken) return { kind: "bearer", token: secret(entry.registrytoken) };
  if (entry.identitytoken) return { kind: "identity", token: secret(entry.identitytoken) };
  // The password may hold colons; the name cannot.
  const [username = "", ...rest] = entry.auth
    ? Buffer.from(entry.auth, "base64").toString("utf8").replace(/\0+$/, "").split(":")
    : [];
  if (username !== "" && rest.length > 0) return { kind: "password", username, password: secret(rest.join(":")) };
  return entry.username && entry.password
    ? { kind: "password", username: entry.username, password: secret(entry.password) }
    : undefined;
}
