import { plainText, secret } from "@lateen/kernel";
import { z } from "zod";
import { registryError } from "../../errors.ts";
import { buildOnce } from "../../model/build-once.ts";
import type { Credentials } from "./credentials.ts";

/** The part of docker's `config.json`, or of podman's `auth.json`, that concerns credentials. Entries are read when their host is asked for. */
export interface DockerConfig {
  readonly auths: Readonly<Record<string, unknown>>;
  readonly credHelpers: Readonly<Record<string, unknown>>;
  readonly credsStore: string | undefined;
  readonly file: string;
}

const text = buildOnce(() => z.string().nullish());
const section = buildOnce(() => z.record(z.string(), z.unknown()).nullish());
const configSchema = buildOnce(() => z.object({ auths: section(), credHelpers: section(), credsStore: text() }));
const keptSchema = buildOnce(() =>
  z.object({ auth: text(), username: text(), password: text(), identitytoken: text(), registrytoken: text() }),
);

/** Credentials that a configuration holds for one repository. */
export interface HostAuth {
  /** The program to ask first. */
  readonly helper: string | undefined;
  readonly stored: Credentials | undefined;
}

/** Reads a configuration file; nothing of its content is repeated in the error. @throws ReleaseError `REGISTRY_CREDENTIALS_UNREADABLE` */
export function parseDockerConfig(content: string, file: string): DockerConfig {
  try {
    const { auths, credHelpers, credsStore } = configSchema().parse(JSON.parse(content));
    return { auths: auths ?? {}, credHelpers: credHelpers ?? {}, credsStore: credsStore ?? undefined, file };
  } catch {
    throw unreadable(`${file} is not a docker configuration`);
  }
}

/**
 * The credentials kept for `host`, or for `repository` in it: `credHelpers` before `credsStore` before `auths`; the longest key counts.
 *
 * A key is a host, with a namespace or a whole repository behind it (`quay.io/acme`; containers-auth.json(5)). Names are compared part by
 * part: matching a piece of a name was a class of vulnerability (sigstore/sigstore-js#1718).
 * @throws ReleaseError `REGISTRY_CREDENTIALS_UNREADABLE` that names the key if the entry is malformed; other entries are not looked at
 */
export function authFor(config: DockerConfig, host: string, repository?: string): HostAuth {
  const helper = entryFor(config.credHelpers, host, repository);
  if (helper !== undefined && typeof helper.value !== "string") throw malformed(config, "credHelpers", helper.key);
  const kept = entryFor(config.auths, host, repository);
  return {
    helper: (helper?.value as string | undefined) ?? config.credsStore,
    stored: kept === undefined ? undefined : toCredentials(kept.value, () => malformed(config, "auths", kept.key)),
  };
}

interface Keyed {
  readonly key: string;
  readonly value: unknown;
}

function entryFor(
  record: Readonly<Record<string, unknown>>,
  host: string,
  repository: string | undefined,
): Keyed | undefined {
  const entries = Object.entries(record).map(([key, value]) => ({ key, value, place: placeOf(key) }));
  for (const place of placesOf(host, repository)) {
    const known = entries.find(({ key }) => key === place) ?? entries.find((entry) => entry.place === place);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** The places that stand for a repository, the most specific one first. */
function placesOf(host: string, repository: string | undefined): string[] {
  const parts = repository?.split("/") ?? [];
  const inside = parts.map((_part, index) => parts.slice(0, parts.length - index).join("/"));
  return [...inside.map((path) => `${canonical(host)}/${path}`), canonical(host)];
}

/** Docker Hub is kept under the address of its retired index. */
export function serverUrl(host: string): string {
  return canonical(host) === "index.docker.io" ? "https://index.docker.io/v1/" : host;
}

function canonical(host: string): string {
  return ["docker.io", "registry-1.docker.io", "index.docker.io"].includes(host)
    ? "index.docker.io"
    : host.toLowerCase();
}

/** The place that a key means: `https://ghcr.io/v2/` is the host `ghcr.io`. */
function placeOf(key: string): string | undefined {
  const [, host, path = ""] = /^(?:https?:\/\/)?([^/]+)(?:\/(.*))?$/.exec(key) ?? [];
  if (host === undefined) return undefined;
  const isApi = path === "" || /^v[12]\/?$/.test(path);
  return isApi ? canonical(host) : `${canonical(host)}/${path.replace(/\/$/, "")}`;
}

function toCredentials(value: unknown, malformedEntry: () => Error): Credentials | undefined {
  if (value === null) return undefined;
  const parsed = keptSchema().safeParse(value);
  if (!parsed.success) throw malformedEntry();
  const { auth, username, password, identitytoken, registrytoken } = parsed.data;
  if (registrytoken) return { kind: "bearer", token: secret(registrytoken) };
  if (identitytoken) return { kind: "identity", token: secret(identitytoken) };
  // The password may hold colons; the name cannot.
  const [name = "", ...rest] = Buffer.from(auth ?? "", "base64")
    .toString("utf8")
    .replace(/\0+$/, "")
    .split(":");
  if (name !== "" && rest.length > 0) return { kind: "password", username: name, password: secret(rest.join(":")) };
  if (username && password) return { kind: "password", username, password: secret(password) };
  if (auth) throw malformedEntry();
  return undefined;
}

function malformed({ file }: DockerConfig, name: string, key: string): Error {
  return unreadable(`${file}: the entry ${name}["${plainText(key, 100)}"] is malformed`);
}

function unreadable(message: string): Error {
  return registryError("REGISTRY_CREDENTIALS_UNREADABLE", "auth", {
    message,
    fix: "fix the file, or log in again",
  });
}
