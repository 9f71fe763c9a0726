import type { Digest, ImageRef, Reading, ReleaseError, Repository, Verdict } from "@lateen/kernel";

/** Content that a tag or digest names: enough to compare, not enough to write. */
export interface Descriptor {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

/** A manifest as the very bytes that were read; they are never parsed and written again. */
export interface Manifest extends Descriptor {
  readonly bytes: Uint8Array;
}

/** Outcome of writing one tag. */
export interface Receipt {
  /**
   * `applied`: acknowledged, or seen afterwards. `not-applied`: refused, or the tag was seen to name something else.
   * `foreign`: someone else has moved the tag since. `unknown`: neither the answer nor a look afterwards showed it.
   */
  readonly outcome: "applied" | "not-applied" | "foreign" | "unknown";
  /** Digest that the tag names now, if it was seen. */
  readonly digest?: Digest | undefined;
  readonly cause?: ReleaseError | undefined;
}

/** Findings about permission and mutability before anything was written. */
export interface Preflight {
  /** `proven` if the registry has accepted (and dropped) a trial upload with these credentials. */
  readonly permission: "proven" | "unproven";
  /** `mutable` if the tags may be moved; `unknown` if the registry has no way to ask. */
  readonly mutability: "mutable" | "unknown";
}

/** Names of tags, as far as they were read. */
export interface TagList {
  /** In the order of the registry, which need not be that of the alphabet. */
  readonly tags: readonly string[];
  /** False if there are more than were wanted, or the registry did not hand out the rest. */
  readonly complete: boolean;
}

/** A registry: which bytes does a tag name, and how is the tag moved? */
export interface Registry {
  /** Resolves a reference by the cheapest request. `absent` only if the registry says so itself. */
  resolve(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Descriptor>>;
  /** The bytes that a reference names; their digest is hashed and agrees with the reference and every header. */
  manifest(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>>;
  /**
   * The commit that an image says it was built from: annotation of the index, annotation of the manifest, label of the
   * config. `absent` only if all were really read; platforms that disagree are `unknown`.
   */
  revision(ref: ImageRef, signal?: AbortSignal): Promise<Reading<string>>;
  /**
   * Points `tag` at `manifest`, whose content has to be in the repository. A doubtful write is looked at, not repeated
   * blindly.
   *
   * @param before - What the tag named last; with it a write without effect is distinguished from someone else's.
   */
  put(
    repository: Repository,
    manifest: Manifest,
    tag: string,
    signal?: AbortSignal,
    before?: Digest | "absent",
  ): Promise<Receipt>;
  /** Proves, without a visible effect, that `tags` may be written. */
  preflight(
    repository: Repository,
    manifest: Manifest,
    tags: readonly string[],
    signal?: AbortSignal,
  ): Promise<Verdict<Preflight>>;
  /** Brings the content of `source`, which has a digest, into `target` without touching a tag; answers with the manifest. */
  copy(source: ImageRef, target: Repository, signal?: AbortSignal): Promise<Verdict<Manifest>>;
}

/** A manifest that belongs to an image and was copied with it: a signature, an attestation, an SBOM. */
export interface BroughtReferrer {
  readonly digest: Digest;
  /** The manifest that it belongs to: the image, one of its platforms, or another referrer. */
  readonly subject: Digest;
  /** Set if it is a referrer in the sense of OCI 1.1. */
  readonly artifactType?: string | undefined;
  /** Set if cosign keeps it under a tag. */
  readonly tag?: string | undefined;
}

/** A manifest that belongs to an image and could not be copied with it. */
export interface MissingReferrer extends Omit<BroughtReferrer, "artifactType"> {
  /** `gone`: listed at the source, but no longer there. `refused`: the target does not take it. */
  readonly cause: "gone" | "refused";
  readonly reason: string;
}

/** Outcome of everything that belongs to an image. */
export interface ReferrersReport {
  readonly brought: readonly BroughtReferrer[];
  readonly missing: readonly MissingReferrer[];
}

export interface TagsByUse {
  /** Tags that are moved from image to image, such as `latest`. */
  readonly moved: readonly string[];
  /** Tags of which each release has its own. */
  readonly pins: readonly string[];
  /** Tags of which each build has its own, such as that of the candidate. */
  readonly builds: readonly string[];
}

/** A rule of the registry that takes an image away. */
export interface Retention {
  readonly action: "deletes" | "archives";
  /** The rule in words, such as `rule 2 deletes images 90 days after they were pushed`. */
  readonly rule: string;
}

/** Optional extensions of an adapter, most of which save requests; the shells work without them. */
export interface RegistryExtensions {
  /** Announces that `repository` will be written, so that the first token already allows it. */
  expectWrites?(repository: Repository): void;
  /** As {@link Registry.copy} but for the manifest itself, for a caller that then writes it under a tag: that saves a round trip. */
  copyContent?(source: ImageRef, target: Repository, signal?: AbortSignal): Promise<Verdict<Manifest>>;
  /** As {@link Registry.copy}, and copies signatures, attestations and SBOMs too: referrers and cosign's tags. */
  copyWithReferrers?(source: ImageRef, target: Repository, signal?: AbortSignal): Promise<Verdict<Manifest>>;
  /**
   * Copies what belongs to `source`, which has a digest and is in `target` already: referrers of it, of its platforms and of each other,
   * and cosign's tags (`sha256-….sig`, `.att`, `.sbom`).
   *
   * @returns go with what was copied and what could not be (also named in the evidence), or stop `unknown` if something cannot be read
   * or it is not known whether it was written
   */
  copyReferrers?(source: ImageRef, target: Repository, signal?: AbortSignal): Promise<Verdict<ReferrersReport>>;
  /** Looks whether {@link Registry.copy} could copy everything, and copies nothing. */
  checkCopy?(source: ImageRef, target: Repository, signal?: AbortSignal): Promise<Verdict<Manifest>>;
  /** Looks whether the registry lets `tags` be pointed at `digest`, where it has a rule for that; writes nothing. */
  checkTags?(
    repository: Repository,
    digest: Digest,
    tags: readonly string[],
    signal?: AbortSignal,
  ): Promise<Verdict<Preflight["mutability"]>>;
  /**
   * Effect of the registry's own rules, sooner or later, on an image that has exactly these tags; `absent` if no rule acts on it.
   * Undefined if the registry has no rules that can be read.
   */
  retention?(repository: Repository, image: TagsByUse, signal?: AbortSignal): Promise<Reading<Retention> | undefined>;
  /**
   * Names of up to `most` tags of a repository, for a person who picks one: a tag that is missing here may exist, only
   * {@link Registry.resolve} decides. `absent` only if the registry says that there is no such repository.
   */
  listTags?(repository: Repository, most: number, signal?: AbortSignal): Promise<Reading<TagList>>;
  /** Points several tags at `manifest` in one request where the registry can; one receipt per tag, in order. */
  putTags?(
    repository: Repository,
    manifest: Manifest,
    tags: readonly string[],
    signal?: AbortSignal,
    before?: ReadonlyMap<string, Digest | "absent">,
  ): Promise<readonly Receipt[]>;
}

/** One image for one platform, by its config. */
export interface PlatformImage {
  readonly digest: Digest;
  /** Digest of its config, which some container runtimes name the image by; undefined for an artifact that is not an image. */
  readonly config?: Digest | undefined;
  /** `os/architecture` or `os/architecture/variant`; undefined for an artifact that is not an image. */
  readonly platform: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** Labels of the config. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Everything that is said about an image without its layers. */
export interface ImageDetails extends Descriptor {
  /** Annotations of the top manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Every real platform; attestations and `unknown/unknown` are left out. */
  readonly images: readonly PlatformImage[];
}

/** Reads an image down to the configs of all its platforms. */
export interface ImageReader {
  /** `unknown` as soon as one manifest or config cannot be read or fails its check. */
  details(ref: ImageRef, signal?: AbortSignal): Promise<Reading<ImageDetails>>;
}
