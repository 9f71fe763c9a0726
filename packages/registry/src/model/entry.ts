import { isLoopback, type Secret } from "@lateen/kernel";
import { registryError } from "../errors.ts";

/** Configuration of one registry; nothing is needed if docker's own configuration and the defaults serve. */
export interface RegistryEntry {
  /** True for plain http. @default true for loopback hosts with an entry without `ca`, false elsewhere */
  readonly insecure?: boolean | undefined;
  /** @default "ecr" for the host names of Amazon ECR, "oci" elsewhere */
  readonly kind?: "oci" | "ecr" | undefined;
  /** Base address to use instead of the host's own, for an emulator or a mirror. */
  readonly endpoint?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  /** A refresh token of the registry's token service, instead of user and password. */
  readonly identityToken?: Secret | undefined;
  /** Address of the token service; credentials may go there although it is on another host. */
  readonly realm?: string | undefined;
  /** Name under which the token service knows the registry. @default what the registry's challenge says */
  readonly service?: string | undefined;
  /** Certificates (PEM) to trust in addition to those of Node. */
  readonly ca?: string | undefined;
  /** Client certificate and key (PEM) for mutual TLS. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Facts about a registry before the first request. */
export interface RegistryAddress {
  readonly host: string;
  /** Base of every request; its path is that of `endpoint`. */
  readonly base: URL;
  readonly realm: string | undefined;
  readonly service: string | undefined;
  /** True if it is not known whether the host speaks https, as `base` says, or plain http: it is on this machine, and nothing is configured. */
  readonly isSchemeOpen: boolean;
}

/**
 * Facts about public registries that save the first, refused request. Sources: the challenges of `GET https://ghcr.io/v2/` and
 * `GET https://registry.gitlab.com/v2/`, and docs.docker.com/reference/api/registry/auth (Docker Hub answers under another name than the
 * one in references).
 */
const wellKnown: Readonly<
  Record<string, { readonly endpoint?: string; readonly realm: string; readonly service: string }>
> = {
  "ghcr.io": { realm: "https://ghcr.io/token", service: "ghcr.io" },
  "docker.io": {
    endpoint: "https://registry-1.docker.io",
    realm: "https://auth.docker.io/token",
    service: "registry.docker.io",
  },
  "registry.gitlab.com": { realm: "https://gitlab.com/jwt/auth", service: "container_registry" },
};

/**
 * The address of a registry: https, or plain http if the entry says `insecure`, or has nothing to say about a loopback host.
 *
 * @param entry - Undefined if nothing is configured.
 * @throws ReleaseError `REGISTRY_INSECURE`, `REGISTRY_ENTRY_INVALID`
 */
export function addressOf(host: string, entry?: RegistryEntry): RegistryAddress {
  if (entry === undefined && isLoopback(host)) {
    const base = new URL(`https://${host}/`);
    return { host, base, realm: undefined, service: undefined, isSchemeOpen: true };
  }
  return configured(host, entry ?? {});
}

function configured(host: string, entry: RegistryEntry): RegistryAddress {
  const known = entry.endpoint === undefined ? wellKnown[host] : undefined;
  const base = baseOf(host, entry, known?.endpoint);
  if (entry.realm !== undefined && !/^https?:\/\//.test(entry.realm))
    throw invalid(host, "realm is not an http or https address");
  if (entry.password !== undefined && entry.username === undefined) throw invalid(host, "a password needs a username");
  // A service belongs to its realm: with a realm of the user's own, the challenge says the name.
  const service = entry.service ?? (entry.realm === undefined ? known?.service : undefined);
  return { host, base, realm: entry.realm ?? known?.realm, service, isSchemeOpen: false };
}

function baseOf(host: string, entry: RegistryEntry, knownEndpoint: string | undefined): URL {
  const speaksTls = entry.ca !== undefined || entry.cert !== undefined;
  const plain = entry.insecure ?? (isLoopback(host) && !speaksTls);
  const text = entry.endpoint ?? knownEndpoint ?? `${plain ? "http" : "https"}://${host}`;
  if (!URL.canParse(text)) throw invalid(host, "its address cannot be read");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw invalid(host, "endpoint is not an http or https address");
  if (url.protocol === "http:" && !isLoopback(url.host) && entry.insecure !== true) {
    throw registryError("REGISTRY_INSECURE", "input", {
      message: `${host} would be spoken to over plain http`,
      why: "only loopback addresses are, unless the entry says so",
      fix: `use https, or set registries.${host}.insecure to true`,
    });
  }
  if (url.search !== "" || url.hash !== "") throw invalid(host, "endpoint has a query or a fragment");
  return new URL(url.pathname.replace(/\/+$/, "").replace(/\/v2$/, "") + "/", url.origin);
}

function invalid(host: string, why: string): Error {
  return registryError("REGISTRY_ENTRY_INVALID", "input", {
    message: `the configuration of the registry ${host} is wrong: ${why}`,
    fix: `correct registries.${host}`,
  });
}
