import { type Clock, type Http, isReleaseError } from "@lateen/kernel";
import type { Challenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { isGrantedBy } from "./granted-by.ts";
import { fetchToken, type Token } from "./token-service.ts";
import type { Lookup } from "../../http/connect-to-allowed.ts";
import { sharedToken } from "../../policy.ts";
import { waitFor } from "../transport/wait-for.ts";

/** Scope that a request requires. */
export interface Need {
  /** Path of the repository. */
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
  /** Another repository to read from, for mounting its blobs. */
  readonly from?: string | undefined;
}

/** A token service, and the credentials that it is asked with. */
export interface TokenSource {
  readonly realm: URL;
  readonly service: string;
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
}

/** The tokens of one registry, by what they allow. */
export interface TokenCache {
  /** A token that allows `need`, and pushing as well where that was expected and is granted. @throws as `fetchToken` */
  token(source: TokenSource, need: Need, signal?: AbortSignal): Promise<Token>;
  /** After a token was refused: the next one is for this need alone, and has the scope of an `insufficient_scope` challenge. */
  widen(need: Need, asked: Challenge): void;
  /** Drops the token behind a header that was refused. */
  forget(header: string): Promise<void>;
  /** The next tokens for this repository should allow pushing. */
  expectWrites(repository: string): void;
}

/** Makes an empty cache. A token that is being fetched is waited for by all who need it. */
export function createTokenCache(http: Http, clock: Clock, lookup: Lookup): TokenCache {
  const tokens = new Map<string, Promise<Token>>();
  const writes = new Set<string>();
  /** Repositories for which a token that allows pushing was refused. */
  const readOnly = new Set<string>();
  /** Scopes that a registry asked for beyond our own, once per need. */
  const extra = new Map<string, string>();
  /** Repositories that a token for several did not serve. */
  const alone = new Set<string>();
  /** The token for several that serves a repository: to find it takes a look at the credentials of all of them. */
  const shared = new Map<string, Token>();

  async function exactly(source: TokenSource, need: Need, signal: AbortSignal | undefined): Promise<Token> {
    return await ofScopes(source, need.repository, scopesOf(need, extra.get(keyOf(need))), signal);
  }

  async function ofScopes(
    source: TokenSource,
    repository: string,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Token> {
    const key = scopes.join(" ");
    for (let known = tokens.get(key); known !== undefined; known = tokens.get(key)) {
      const token = await waitFor(known, signal);
      if (clock.now() < token.usableUntil) return token;
      if (tokens.get(key) === known) tokens.delete(key);
    }
    const { realm, service, credentials } = source;
    // Others may be waiting for it by then, so it is not cancelled with the first caller.
    const fetched = credentials(repository).then((held) =>
      fetchToken(http, clock, { realm, service, scopes, credentials: held, lookup }),
    );
    tokens.set(key, fetched);
    fetched.catch(() => tokens.get(key) === fetched && tokens.delete(key));
    return await waitFor(fetched, signal);
  }

  /** The token for all repositories that will be written; undefined if this one needs a token of its own. */
  async function together(
    source: TokenSource,
    { repository, from = repository }: Need,
    signal: AbortSignal | undefined,
  ): Promise<Token | undefined> {
    if (!writes.has(repository) || readOnly.has(repository) || alone.has(repository) || from !== repository)
      return undefined;
    const known = shared.get(repository);
    if (known !== undefined && clock.now() < known.usableUntil) return known;
    const group = await groupOf(source, repository);
    if (group.length < sharedToken.fewest) return undefined;
    const scopes = group.map((one) => `repository:${one}:pull,push`);
    const token = await ofScopes(source, repository, scopes, signal).catch((error: unknown) => {
      if (!isReleaseError(error) || error.code !== "REGISTRY_TOKEN_REFUSED") throw error;
      for (const one of group) alone.add(one);
    });
    if (token !== undefined && isGrantedBy(token.value.reveal(), repository)) {
      shared.set(repository, token);
      return token;
    }
    alone.add(repository);
    return undefined;
  }

  /** Repositories that share a token with this one: those around it for which the credentials are the same. */
  async function groupOf({ credentials }: TokenSource, repository: string): Promise<readonly string[]> {
    const own = await credentials(repository);
    const all = [...writes];
    const held = await Promise.all(all.map((one) => credentials(one)));
    const same = all.filter((_, at) => isSame(own, held[at]));
    const start = Math.floor(same.indexOf(repository) / sharedToken.most) * sharedToken.most;
    return same.slice(start, start + sharedToken.most);
  }

  return {
    async token(source, need, signal) {
      const { repository, actions } = need;
      const ofAll = await together(source, need, signal);
      if (ofAll !== undefined) return ofAll;
      if (actions !== "pull" || !writes.has(repository) || readOnly.has(repository))
        return await exactly(source, need, signal);
      try {
        return await exactly(source, { ...need, actions: "pull,push" }, signal);
      } catch (error) {
        if (!isReleaseError(error) || error.code !== "REGISTRY_TOKEN_REFUSED") throw error;
        // Reading may still be allowed; the write will say clearly that it is not.
        readOnly.add(repository);
        return await exactly(source, need, signal);
      }
    },
    widen(need, asked) {
      const { error, scope = "" } = asked.parameters;
      alone.add(need.repository);
      // Source: RFC 6750 §3.1. GHCR's placeholder for a path without repository, `repository:user/image:pull`, is no scope of ours.
      if (error === "insufficient_scope" && scope.startsWith(`repository:${need.repository}:`))
        extra.set(keyOf(need), scope);
    },
    async forget(header) {
      for (const [repository, { value }] of shared)
        if (header === `Bearer ${value.reveal()}`) shared.delete(repository);
      for (const [key, token] of tokens) {
        const known = await token.catch(() => undefined);
        if (header === `Bearer ${known?.value.reveal() ?? ""}` && tokens.get(key) === token) tokens.delete(key);
      }
    },
    expectWrites: (repository) => void writes.add(repository),
  };
}

function isSame(a: Credentials | undefined, b: Credentials | undefined): boolean {
  if (a?.kind === "password" && b?.kind === "password")
    return a.username === b.username && a.password.reveal() === b.password.reveal();
  if (a?.kind === "identity" && b?.kind === "identity") return a.token.reveal() === b.token.reveal();
  return a === undefined && b === undefined;
}

function keyOf(need: Need): string {
  return `${need.repository} ${need.actions} ${need.from ?? ""}`;
}

function scopesOf(need: Need, extra: string | undefined): string[] {
  const own = `repository:${need.repository}:${need.actions}`;
  const other = need.from === undefined || need.from === need.repository ? [] : [`repository:${need.from}:pull`];
  return [...(extra === undefined || extra === own ? [] : [extra]), own, ...other];
}
