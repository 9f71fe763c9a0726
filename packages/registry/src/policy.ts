import type { HttpDeadlines } from "@lateen/kernel";

/** Longest bodies in bytes that are read into memory. */
export const bodyLimits = {
  /** OCI distribution-spec, "Pushing Manifests": registries should take 4 MiB; ECR takes 4,194,304 characters. */
  manifest: 4_194_304,
  /** No limit is specified; configs seen are under 100 KiB, and containers/image reads at most 4 MiB. */
  config: 4_194_304,
  /** oras-go, registry/remote/auth/client.go: 128 KiB for an answer of a token service. */
  token: 131_072,
  /** oras-go, registry/remote/internal/errutil: 8 KiB of an error's body are read. */
  error: 8_192,
} as const;

/** Longest times of one request in milliseconds: manifests and tokens are small, so a server that takes longer is unavailable. */
export const smallBodyDeadlines = { headersMs: 15_000, bodyMs: 20_000, totalMs: 30_000 } as const;

/**
 * Longest times of one transfer of `size` bytes of a blob in milliseconds; at 1 MB/s an hour moves a layer of 3.6 GB. Before it answers, a
 * registry may read what it has stored once more, at 10 MB/s: distribution hashes it again if it was not sent at once, and copies it on S3.
 */
export function blobDeadlines(size: number): HttpDeadlines {
  return { headersMs: 60_000 + size / 10_000, bodyMs: 3_600_000, totalMs: 3_600_000 };
}

/**
 * Size in bytes from which on a blob is read over a connection of its own, which costs one round trip and saves 2.5 ms of processor time per MiB
 * (measured November 2026).
 */
export const ownConnectionBytes = 16_777_216;

/**
 * Sizes of the pieces in which a blob is sent if one request is too large: a request at Cloudflare may have 100 MB, at nginx 1 MiB unless
 * `client_max_body_size` says otherwise. Small pieces are those of the last try after connections that broke: a proxy that closes the
 * connection together with its 413 is not heard.
 */
export const chunkedUpload = { firstBytes: 16_777_216, smallBytes: 1_048_576, smallestBytes: 262_144 } as const;

/** Retry limits of a read, or of a write that was surely not applied. */
export const retryPolicy = {
  /** regclient and containerd try five times. */
  attempts: 5,
  /** regclient backs off from 100 ms; GHCR's short burst limit clears in 50 to 500 ms (falcosecurity/plugins#1069). */
  firstDelayMs: 250,
  /** Longest pause that a registry may ask for; a longer one is an error that names the pause. */
  longestDelayMs: 60_000,
  /** No try begins later than this after the first. */
  budgetMs: 120_000,
  /** The same for errors of the connection and of the server, which say nothing about when it will be better. */
  faultBudgetMs: 20_000,
} as const;

/** Limits of writing a tag and reading it back. */
export const settlePolicy = {
  /** `--settle` of the command line. */
  settleMs: 60_000,
  /** GHCR needed about 30 s, ECR none: look soon, then less often. */
  firstDelayMs: 250,
  longestDelayMs: 5_000,
  /** Writes of one tag at most, where each is followed by a look that shows that it was not applied. */
  writes: 3,
} as const;

/** Redirects followed for one request; docker's client (Go's net/http) follows ten, registries need one or two. */
export const redirectLimit = 5;

/** Seconds a token lasts when the service does not say. Source: distribution, docs/spec/auth/token.md, `expires_in`. */
export const tokenLifeSeconds = 60;

/**
 * Repositories for which one token is asked for. `most`: each takes about 100 bytes of a header, for which nginx leaves 8 KiB
 * (`large_client_header_buffers`). `fewest`: a service whose tokens do not say what they allow costs one request in vain.
 */
export const sharedToken = { fewest: 3, most: 25 } as const;

/** Milliseconds before its end at which a token is replaced; regclient uses the same 5 s. */
export const tokenMarginMs = 5_000;
