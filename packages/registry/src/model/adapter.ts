import type { Clock, Digest, ImageRef, Reading, Reporter, Repository, Sender } from "@lateen/kernel";
import type { ContentMemory } from "./content-memory.ts";
import type { RegistryEntry } from "./entry.ts";
import type { RegistryEvent } from "../events.ts";
import type { CredentialSource } from "../oci/auth/credentials.ts";
import type { Lookup } from "../http/connect-to-allowed.ts";
import type { Referrers } from "../oci/api/referrers.ts";
import type { ImageReader, Manifest, Registry, RegistryExtensions } from "./registry.ts";

export interface BlobPart {
  readonly digest: Digest;
  /** Size of the whole in bytes, by which it is decided how to read it. @default as of a small one */
  readonly size?: number | undefined;
  /** First byte that is wanted. @default 0 */
  readonly from?: number | undefined;
}

/** Content by digest, as copying between registries needs it. */
export interface ContentStore {
  /** Size of the content if the repository holds it. */
  has(
    repository: Repository,
    kind: "manifest" | "blob",
    digest: Digest,
    signal?: AbortSignal,
  ): Promise<Reading<number>>;
  /** The bytes of a blob as they arrive; the caller checks the digest. */
  open(ref: ImageRef, blob: BlobPart, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Mounts a blob from another repository of the same registry; false if the registry does not mount it. */
  mount(repository: Repository, digest: Digest, from: Repository, signal?: AbortSignal): Promise<boolean>;
  /** Stores a blob; `open` gives its bytes, and gives them again if they have to be sent again. The registry checks the digest as well. */
  upload(
    repository: Repository,
    blob: {
      readonly digest: Digest;
      readonly size: number;
      /** Sends it in small pieces, for a way on which longer requests break. @default false */
      readonly inSmallPieces?: boolean | undefined;
    },
    open: () => AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Everything that refers to a manifest: signatures, attestations, SBOMs. */
  referrers(repository: Repository, digest: Digest, signal?: AbortSignal): Promise<Reading<Referrers>>;
  /** Stores a manifest under its own digest; no tag is touched. */
  store(repository: Repository, manifest: Manifest, signal?: AbortSignal): Promise<void>;
}

export interface RegistryAdapter extends Registry, RegistryExtensions, ImageReader {
  readonly content: ContentStore;
}

/** Parts of an adapter; `openRegistries` fills it in. */
export interface AdapterOptions {
  /** Host name, with the port if it is not that of https. */
  readonly host: string;
  readonly entry?: RegistryEntry | undefined;
  /** Source of credentials that the entry does not give. @default anonymous */
  readonly credentials?: CredentialSource | undefined;
  /** Environment of the run; nothing else is taken from the process. @default {} */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** @default events are dropped */
  readonly report?: Reporter<RegistryEvent> | undefined;
  /** @default undici, loaded with the first request */
  readonly send?: Sender | undefined;
  /** Content read by the adapters of one process. @default a memory of its own */
  readonly memory?: ContentMemory | undefined;
  /** Resolver of host names that the registry gives (of redirects, of token services). @default that of the machine */
  readonly lookup?: Lookup | undefined;
}
