import { type Clock, type Http, redactUrl } from "@lateen/kernel";
import type { RegistryAddress } from "../../model/entry.ts";
import { registryError } from "../../errors.ts";
import { parseChallenges } from "./challenge.ts";
import { basicHeader, type Credentials } from "./credentials.ts";
import { decideRealm } from "./decide-realm.ts";
import { createTokenCache, type Need, type TokenSource } from "./token-cache.ts";
import { type Lookup, vetName } from "../transport/refuse-internal-address.ts";
import { waitFor } from "../transport/wait-for.ts";

/** The header to send, if any, and how to hand back what came of it. */
export interface Permit {
  readonly header: string | undefined;
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
  /** The next tokens for this repository shall allow pushing. */
  expectWrites(repository: string): void;
}

type Scheme =
  | { readonly kind: "unknown" | "none" | "basic" }
  | { readonly kind: "bearer"; readonly source: TokenSource };

/** What an {@link Authorizer} works with. */
export interface AuthorizerOptions {
  readonly address: RegistryAddress;
  readonly http: Http;
  readonly clock: Clock;
  readonly lookup: Lookup;
  /** Looked up with the first need of them, and again after `forget`. */
  readonly credentials: (signal?: AbortSignal) => Promise<Credentials | undefined>;
}

/** Makes the authorizer of one registry host. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { address, http, clock, lookup, credentials: find } = options;
  let scheme: Scheme = { kind: "unknown" };
  let probe: Promise<void> | undefined;
  let found: Promise<Credentials | undefined> | undefined;
  const cache = createTokenCache(http, clock, lookup);
  // Shared by all: so it is not called off with the first who asked, and a failure is not kept.
  const credentials = (signal?: AbortSignal) => {
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return waitFor(found, signal);
  };

  async function bearerOf(realm: string, service: string): Promise<Scheme> {
    const held = await credentials();
    const decision = decideRealm({
      realm,
      registry: address.base,
      trusted: address.realm,
      hasCredentials: held !== undefined,
    });
    if (decision.kind === "refuse") throw realmRefused(address, realm, decision.reason);
    // A realm that is configured may be anywhere.
    const inside = realm === address.realm ? undefined : await vetName(decision.url, address.base, lookup);
    if (inside !== undefined) throw realmRefused(address, realm, inside);
    const anonymous = () => Promise.resolve(undefined);
    return {
      kind: "bearer",
      source: { realm: decision.url, service, credentials: decision.credentials ? credentials : anonymous },
    };
  }

  async function header(need: Need, signal: AbortSignal | undefined): Promise<string | undefined> {
    const held = scheme.kind === "none" ? undefined : await credentials(signal);
    if (scheme.kind === "basic")
      return held?.kind === "password" ? basicHeader(held.username, held.password) : undefined;
    if (scheme.kind !== "bearer") return undefined;
    const token = held?.kind === "bearer" ? held.token : (await cache.token(scheme.source, need, signal)).value;
    return `Bearer ${token.reveal()}`;
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
    return { header: undefined, release };
  }

  return {
    async permit(need, signal) {
      if (scheme.kind === "unknown" && address.realm !== undefined)
        scheme = await bearerOf(address.realm, address.service);
      while (scheme.kind === "unknown" && probe !== undefined) await waitFor(probe, signal);
      return scheme.kind === "unknown" ? goAhead() : { header: await header(need, signal), release: () => undefined };
    },
    async learn(wwwAuthenticate, need, used) {
      const challenges = parseChallenges(wwwAuthenticate ?? "");
      const asked = challenges.find(
        (challenge) => challenge.scheme === "bearer" && challenge.parameters["realm"] !== undefined,
      );
      if (asked !== undefined) {
        scheme = await bearerOf(asked.parameters["realm"] ?? "", asked.parameters["service"] ?? address.service);
        if (used !== undefined) cache.widen(need, asked);
        return true;
      }
      if (!challenges.some((challenge) => challenge.scheme === "basic") || used?.startsWith("Basic ") === true)
        return false;
      if ((await credentials())?.kind !== "password") return false;
      scheme = { kind: "basic" };
      return true;
    },
    async forget(used) {
      if (used === undefined) return;
      const known = found;
      const held = await known?.catch(() => undefined);
      // Of several requests that are refused together only the first has news: the others' credentials are forgotten already.
      const isOld =
        held?.kind === "password" && used.startsWith("Basic ") && used !== basicHeader(held.username, held.password);
      if (!isOld && found === known) found = undefined;
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
