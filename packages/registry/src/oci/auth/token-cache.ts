import { type Clock, type Http, isReleaseError } from "@lateen/kernel";
import type { Challenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { fetchToken, type Token } from "./token-service.ts";
import type { Lookup } from "../../http/connect-to-allowed.ts";
import { waitFor } from "../transport/wait-for.ts";

/** What a request needs to be allowed. */
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
  /** Takes over the scope of an `insufficient_scope` challenge for the next token. */
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

  async function exactly(source: TokenSource, need: Need, signal: AbortSignal | undefined): Promise<Token> {
    const scopes = scopesOf(need, extra.get(keyOf(need)));
    const key = scopes.join(" ");
    for (let known = tokens.get(key); known !== undefined; known = tokens.get(key)) {
      const token = await waitFor(known, signal);
      if (clock.now() < token.usableUntil) return token;
      if (tokens.get(key) === known) tokens.delete(key);
    }
    const { realm, service, credentials } = source;
    // Others may come to wait for it, so it is not called off with the first who asked.
    const fetched = credentials(need.repository).then((held) =>
      fetchToken(http, clock, { realm, service, scopes, credentials: held, lookup }, undefined),
    );
    tokens.set(key, fetched);
    fetched.catch(() => tokens.get(key) === fetched && tokens.delete(key));
    return await waitFor(fetched, signal);
  }

  return {
    async token(source, need, signal) {
      const { repository, actions } = need;
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
      // Source: RFC 6750 §3.1. GHCR's placeholder for a path without repository, `repository:user/image:pull`, is no scope of ours.
      if (error === "insufficient_scope" && scope.startsWith(`repository:${need.repository}:`))
        extra.set(keyOf(need), scope);
    },
    async forget(header) {
      for (const [key, token] of tokens) {
        const known = await token.catch(() => undefined);
        if (header === `Bearer ${known?.value.reveal() ?? ""}` && tokens.get(key) === token) tokens.delete(key);
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
