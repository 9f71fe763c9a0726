import type { Digest, ImageRef, Reading, ReleaseError, Repository, Verdict } from "@lateen/kernel";

/** Content that a tag or a digest names, as the registry states it. */
export interface Descriptor {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

/** A manifest with its exact bytes, whose hash is the digest. */
export interface Manifest extends Descriptor {
  readonly bytes: Uint8Array;
}

/** Facts known after a tag was written. */
export interface Receipt {
  /** `foreign`: the tag names a third digest, so another writer wrote it. */
  readonly outcome: "applied" | "not-applied" | "foreign" | "unknown";
  /** Digest that the tag names now, if it was seen. */
  readonly digest?: Digest | undefined;
  readonly cause?: ReleaseError | undefined;
}

/**
 * Tags and manifests of all registries of a promotion; `Registry` and the `openRegistries` facade of `@lateen/registry` fit.
 *
 * It has six methods, since a promotion must read, prove and write through the same credentials.
 */
export interface TagStore {
  /** Resolves `ref` without its bytes. */
  resolve(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Descriptor>>;
  /** The manifest that `ref` names, with its digest verified. */
  manifest(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>>;
  /** The source revision of an image; `absent` only if its configs were really read, `unknown` if its platforms disagree. */
  revision(ref: ImageRef, signal?: AbortSignal): Promise<Reading<string>>;
  /** Points `tag`, which named `before`, at `manifest`; never sends twice without looking in between. */
  put(repository: Repository, manifest: Manifest, tag: string, signal?: AbortSignal, before?: Digest): Promise<Receipt>;
  /** Proves that `tags` could be pointed at `manifest`: permission and mutability. It has no visible effect. */
  preflight(
    repository: Repository,
    manifest: Manifest,
    tags: readonly string[],
    signal?: AbortSignal,
  ): Promise<Verdict<unknown>>;
  /** Makes the content of `source`, which has a digest, available in `target`; moves no tag. */
  copy(source: ImageRef, target: Repository, signal?: AbortSignal): Promise<Verdict<Manifest>>;
  /**
   * As {@link copy}, and brings signatures, attestations and other referrers along. Each is named in the evidence, also what
   * could not be brought, with the verdict `left`.
   */
  copyWithReferrers?(source: ImageRef, target: Repository, signal?: AbortSignal): Promise<Verdict<Manifest>>;
  /** Called before the first read of a repository that will be written, so that one token serves both. */
  expectWrites?(repository: Repository): void;
}
