import { type Clock, type Http, redactUrl } from "@lateen/kernel";
import type { RegistryAddress } from "../entry.ts";
import { registryError } from "../errors.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { basicHeader, type Credentials } from "./credentials.ts";
import { decideRealm } from "./decide-realm.ts";
import { fetchToken, type Token } from "./token-service.ts";

/** What a request needs to be allowed. */
export interface Need {
  /** Path of the repository. */
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
  /** Another repository to read from, for mounting its blobs. */
  readonly from?: string | undefined;
}

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
  /** Learns from a 401; says whether sending again has a point. @throws ReleaseError `REGISTRY_REALM_REFUSED`, `REGISTRY_UNAUTHORIZED` */
  learn(wwwAuthenticate: string | undefined, need: Need, used: string | undefined): Promise<boolean>;
  /** Forgets the token or credentials behind `used`, which have expired. */
  forget(used: string | undefined): Promise<void>;
  /** The next tokens for this repository shall allow pushing. */
  expectWrites(repository: string): void;
}

type Scheme =
  | { readonly kind: "unknown" | "none" | "basic" }
  | { readonly kind: "bearer"; readonly realm: URL; readonly service: string; readonly credentials: boolean };

/** What an {@link Authorizer} works with. */
export interface AuthorizerOptions {
  readonly address: RegistryAddress;
  readonly http: Http;
  readonly clock: Clock;
  /** Looked up with the first need of them, and again after `forget`. */
  readonly credentials: (signal?: AbortSignal) => Promise<Credentials | undefined>;
}

/** Makes the authorizer of one registry host. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { address, http, clock } = options;
  let scheme: Scheme = { kind: "unknown" };
  let probe: Promise<void> | undefined;
  let found: Promise<Credentials | undefined> | undefined;
  const tokens = new Map<string, Promise<Token>>();
  const writes = new Set<string>();
  /** Repositories for which a token that allows pushing was refused. */
  const readOnly = new Set<string>();
  /** Scopes that a registry asked for beyond our own, once per need. */
  const extra = new Map<string, string>();

  const credentials = (signal?: AbortSignal) =>
    (found ??= options.credentials(signal).catch((error: unknown) => ((found = undefined), Promise.reject(error))));

  async function realmFrom(realm: string, service: string): Promise<Scheme> {
    const held = await credentials();
    const decision = decideRealm({
      realm,
      registry: address.base,
      trusted: address.realm,
      hasCredentials: held !== undefined,
    });
    if (decision.kind === "refuse") throw realmRefused(address, realm, decision.reason);
    return { kind: "bearer", realm: decision.url, service, credentials: decision.credentials };
  }

  async function tokenFor(need: Need, signal: AbortSignal | undefined): Promise<Token> {
    if (scheme.kind !== "bearer") throw new TypeError("no token service is known");
    const { realm, service, credentials: mayUse } = scheme;
    const scopes = scopesOf(need, extra.get(keyOf(need)));
    const key = scopes.join(" ");
    for (let known = tokens.get(key); known !== undefined; known = tokens.get(key)) {
      const token = await known;
      if (clock.now() < token.usableUntil) return token;
      if (tokens.get(key) === known) tokens.delete(key);
    }
    const fetched = (mayUse ? credentials(signal) : Promise.resolve(undefined)).then((held) =>
      fetchToken(http, clock, { realm, service, scopes, credentials: held }, signal),
    );
    tokens.set(key, fetched);
    fetched.catch(() => tokens.get(key) === fetched && tokens.delete(key));
    return await fetched;
  }

  async function bearer(need: Need, signal: AbortSignal | undefined): Promise<string> {
    const held = await credentials(signal);
    if (held?.kind === "bearer") return `Bearer ${held.token.reveal()}`;
    const ahead = need.actions === "pull" && writes.has(need.repository) && !readOnly.has(need.repository);
    if (!ahead) return `Bearer ${(await tokenFor(need, signal)).value.reveal()}`;
    try {
      return `Bearer ${(await tokenFor({ ...need, actions: "pull,push" }, signal)).value.reveal()}`;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "REGISTRY_TOKEN_REFUSED") throw error;
      // Reading may still be allowed; the write will say clearly that it is not.
      readOnly.add(need.repository);
      return `Bearer ${(await tokenFor(need, signal)).value.reveal()}`;
    }
  }

  async function header(need: Need, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (scheme.kind === "bearer") return await bearer(need, signal);
    const held = scheme.kind === "basic" ? await credentials(signal) : undefined;
    return held?.kind === "password" ? basicHeader(held.username, held.password) : undefined;
  }

  return {
    async permit(need, signal) {
      if (scheme.kind === "unknown" && address.realm !== undefined)
        scheme = await realmFrom(address.realm, address.service);
      while (scheme.kind === "unknown" && probe !== undefined) await probe;
      if (scheme.kind !== "unknown") return { header: await header(need, signal), release: () => undefined };
      const gate = Promise.withResolvers<void>();
      probe = gate.promise;
      return {
        header: undefined,
        release: (welcome) => {
          if (welcome && scheme.kind === "unknown") scheme = { kind: "none" };
          probe = undefined;
          gate.resolve();
        },
      };
    },
    async learn(wwwAuthenticate, need, used) {
      const challenges = parseChallenges(wwwAuthenticate ?? "");
      const asked = challenges.find(
        (challenge) => challenge.scheme === "bearer" && challenge.parameters["realm"] !== undefined,
      );
      if (asked !== undefined) {
        const realm = asked.parameters["realm"] ?? "";
        scheme = await realmFrom(realm, asked.parameters["service"] ?? address.service);
        if (used !== undefined) widen(extra, need, asked);
        return true;
      }
      if (!challenges.some((challenge) => challenge.scheme === "basic") || used?.startsWith("Basic ") === true)
        return false;
      if ((await credentials())?.kind !== "password") return false;
      scheme = { kind: "basic" };
      return true;
    },
    async forget(used) {
      found = undefined;
      for (const [key, token] of tokens) {
        const known = await token.catch(() => undefined);
        if (used === `Bearer ${known?.value.reveal() ?? ""}` && tokens.get(key) === token) tokens.delete(key);
      }
    },
    expectWrites: (repository) => void writes.add(repository),
  };
}

function keyOf(need: Need): string {
  return `${need.repository} ${need.actions} ${need.from ?? ""}`;
}

function scopesOf(need: Need, extra: string | undefined): string[] {
  const own = `repository:${need.repository}:${need.actions}`;
  const other = need.from === undefined || need.from === need.repository ? [] : [`repository:${need.from}:pull`];
  return [...(extra === undefined || extra === own ? [] : [extra]), own, ...other];
}

/** Source: RFC 6750 §3.1: the scope of an `insufficient_scope` challenge is what the request would have needed. */
function widen(extra: Map<string, string>, need: Need, asked: Challenge): void {
  const { error, scope = "" } = asked.parameters;
  // GHCR's placeholder for a path without repository, `repository:user/image:pull`, is no scope of ours.
  if (error === "insufficient_scope" && scope.startsWith(`repository:${need.repository}:`))
    extra.set(keyOf(need), scope);
}

function realmRefused(address: RegistryAddress, realm: string, reason: string): Error {
  const host = address.base.host;
  return registryError("REGISTRY_REALM_REFUSED", "auth", {
    message: `${host} sends to a token service that is not used: ${reason}`,
    why: redactUrl(realm),
    fix: `if the service is the right one, set registries.${host}.realm to its address`,
  });
}
