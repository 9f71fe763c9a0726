import { type Clock, type Http, redactUrl } from "@lateen/kernel";
import type { RegistryAddress } from "../../model/entry.ts";
import { registryError } from "../../errors.ts";
import { parseChallenges } from "./challenge.ts";
import { basicHeader, type Credentials } from "./credentials.ts";
import { decideRealm } from "./decide-realm.ts";
import { createTokenCache, type Need, type TokenSource } from "./token-cache.ts";
import type { Lookup } from "../../http/connect-to-allowed.ts";
import { refuseInternalAddress } from "../transport/refuse-internal-address.ts";
import { waitFor } from "../transport/wait-for.ts";

/** The header to send, if any, and how to hand back what came of it. */
export interface Permit {
  readonly header: string | undefined;
  /** True if the header is of credentials that the registry or its token service has accepted. */
  readonly identified: boolean;
  /** Has to be called in the end; `true` if the registry has answered and did not ask for authentication. */
  release(welcome: boolean): void;
}

/** Keeps what is known about a registry's authentication, and its tokens. */
export interface Authorizer {
  /** The permit for a request. While nothing is known, one request goes ahead bare and the others wait for what it learns. */
  permit(need: Need, signal?: AbortSignal): Promise<Permit>;
  /** Learns from a 401; says whether sending again has a point. @throws ReleaseError `REGISTRY_REALM_REFUSED`, and those of credential helpers */
  learn(wwwAuthenticate: string | undefined, need: Need, used: string | undefined): Promise<boolean>;
  /** Forgets the token and credentials behind `used`, which were refused. */
  forget(used: string | undefined): Promise<void>;
  /** The next tokens for this repository should allow pushing. */
  expectWrites(repository: string): void;
}

type Scheme =
  | { readonly kind: "unknown" | "none" | "basic" }
  /** Without a source if the credentials are a token for the registry itself. */
  | { readonly kind: "bearer"; readonly source: TokenSource | undefined };

export interface AuthorizerOptions {
  readonly address: RegistryAddress;
  readonly http: Http;
  readonly clock: Clock;
  readonly lookup: Lookup;
  /** Looked up with the first need of a repository for them, and again after `forget`. */
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
}

/** Makes the authorizer of one registry host. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { address, http, clock, lookup, credentials: find } = options;
  let scheme: Scheme = { kind: "unknown" };
  let probe: Promise<void> | undefined;
  /** By repository: credential files may name a namespace. */
  const found = new Map<string, Promise<Credentials | undefined>>();
  const accepted = new Set<string>();
  const cache = createTokenCache(http, clock, lookup);
  // Shared by all who ask, so that it is not aborted with the first of them; a failure is not kept.
  const credentials = (repository: string, signal?: AbortSignal) => {
    const known = found.get(repository) ?? find(repository);
    found.set(repository, known);
    known.catch(() => found.get(repository) === known && found.delete(repository));
    return waitFor(known, signal);
  };

  async function bearerOf(realm: string, service: string, repository: string): Promise<Scheme> {
    const held = await credentials(repository);
    // A token for the registry itself needs no token service.
    if (held?.kind === "bearer") return { kind: "bearer", source: undefined };
    const decision = decideRealm({
      realm,
      registry: address.base,
      trusted: address.realm,
      hasCredentials: held !== undefined,
    });
    if (decision.kind === "refuse") throw realmRefused(address, realm, decision.reason);
    // A realm that is configured may be anywhere.
    const inside =
      realm === address.realm ? undefined : await refuseInternalAddress(decision.url, address.base, lookup);
    if (inside !== undefined) throw realmRefused(address, realm, inside);
    const anonymous = async () => await Promise.resolve(undefined);
    return {
      kind: "bearer",
      source: { realm: decision.url, service, credentials: decision.credentials ? credentials : anonymous },
    };
  }

  async function header(need: Need, signal: AbortSignal | undefined): Promise<Omit<Permit, "release">> {
    const bare = { header: undefined, identified: false };
    const held = scheme.kind === "none" ? undefined : await credentials(need.repository, signal);
    if (scheme.kind === "basic") {
      if (held?.kind !== "password") return bare;
      const value = basicHeader(held.username, held.password);
      return { header: value, identified: accepted.has(value) };
    }
    if (scheme.kind !== "bearer") return bare;
    if (held?.kind === "bearer") {
      const value = `Bearer ${held.token.reveal()}`;
      return { header: value, identified: accepted.has(value) };
    }
    if (scheme.source === undefined) return bare;
    const { value } = await cache.token(scheme.source, need, signal);
    return { header: `Bearer ${value.reveal()}`, identified: held !== undefined };
  }

  /** The request that goes ahead while nothing is known. */
  function goAhead(): Permit {
    const gate = Promise.withResolvers<void>();
    probe = gate.promise;
    const release = (welcome: boolean) => {
      if (welcome && scheme.kind === "unknown") scheme = { kind: "none" };
      probe = undefined;
      gate.resolve();
    };
    return { header: undefined, identified: false, release };
  }

  return {
    async permit(need, signal) {
      // Without the service's name a token service may refuse (GitLab answers 404), so it is asked only once the challenge has said it.
      if (scheme.kind === "unknown" && address.realm !== undefined && address.service !== undefined)
        scheme = await bearerOf(address.realm, address.service, need.repository);
      while (scheme.kind === "unknown" && probe !== undefined) await waitFor(probe, signal);
      if (scheme.kind === "unknown") return goAhead();
      const permit = await header(need, signal);
      const release = (welcome: boolean) =>
        void (welcome && permit.header !== undefined && accepted.add(permit.header));
      return { ...permit, release };
    },
    async learn(wwwAuthenticate, need, used) {
      const challenges = parseChallenges(wwwAuthenticate ?? "");
      const asked = challenges.find(
        (challenge) => challenge.scheme === "bearer" && challenge.parameters["realm"] !== undefined,
      );
      if (asked !== undefined) {
        // The configuration is more trustworthy than an answer.
        const realm = address.realm ?? asked.parameters["realm"] ?? "";
        const service = address.service ?? asked.parameters["service"] ?? address.host;
        scheme = await bearerOf(realm, service, need.repository);
        if (used !== undefined) cache.widen(need, asked);
        return true;
      }
      // Gitea refuses a right with this challenge; who has a token that was given for the password has shown it already.
      const isShown = scheme.kind === "bearer" && scheme.source?.credentials === credentials;
      if (isShown || used?.startsWith("Basic ") === true) return false;
      if (!challenges.some((challenge) => challenge.scheme === "basic")) return false;
      if ((await credentials(need.repository))?.kind !== "password") return false;
      scheme = { kind: "basic" };
      return true;
    },
    async forget(used) {
      if (used === undefined) return;
      for (const [repository, known] of found) {
        const held = await known.catch(() => undefined);
        // Of several requests that are refused together only the first has news: the others' credentials are forgotten already.
        const isOld =
          held?.kind === "password" && used.startsWith("Basic ") && used !== basicHeader(held.username, held.password);
        if (!isOld && found.get(repository) === known) found.delete(repository);
      }
      await cache.forget(used);
    },
    expectWrites: (repository) => cache.expectWrites(repository),
  };
}

function realmRefused(address: RegistryAddress, realm: string, reason: string): Error {
  const { host } = address.base;
  return registryError("REGISTRY_REALM_REFUSED", "auth", {
    message: `${host} sends to a token service that is not used: ${reason}`,
    why: redactUrl(realm),
    fix: `if the service is the right one, set registries.${host}.realm to its address`,
  });
}
