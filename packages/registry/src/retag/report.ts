import type { Clock, Digest, ImageRef, Reporter } from "@lateen/kernel";
import type { RegistryEvent } from "../events.ts";
import type { Manifest, Registry, RegistryExtensions } from "../model/registry.ts";

/** The tags to move, and the image that they should name. */
export interface RetagInput {
  /** The image by tag or digest; both together mean the digest. */
  readonly source: ImageRef;
  /** Tags in the source's repository, or full references elsewhere, to which the content is copied. */
  readonly targets: readonly (string | ImageRef)[];
  /** Milliseconds after the write within which every tag has to be seen to have moved. @default 60000 */
  readonly settleMs?: number;
  /** True if a copy brings signatures, attestations and SBOMs along: referrers and cosign's tags. @default false */
  readonly referrers?: boolean;
}

export interface RetagPorts {
  readonly registries: Registry & RegistryExtensions;
  readonly clock: Clock;
  readonly report?: Reporter<RegistryEvent>;
}

/** Outcome of every tag, by repository. */
export interface RetagReport {
  readonly source: ImageRef;
  readonly digest: Digest;
  readonly images: readonly RetaggedImage[];
  /** True if any tag was moved or created. */
  readonly changed: boolean;
}

/** One destination repository. */
export interface RetaggedImage {
  readonly repository: string;
  /** Tag or digest of the source. */
  readonly candidate: string;
  readonly digest: Digest;
  /** True if content had to be copied from another repository. */
  readonly copied: boolean;
  readonly tags: readonly RetaggedTag[];
}

/** One tag, before and after. */
export interface RetaggedTag {
  readonly tag: string;
  readonly before?: Digest | undefined;
  /** Digest that the tag was last seen to name. */
  readonly after?: Digest | undefined;
  readonly action: "moved" | "unchanged" | "created" | "pending" | "foreign" | "refused";
  /** The image that the tag named before, so that it can be put back even after the registry has cleaned up. */
  readonly previous?: Manifest | undefined;
  readonly reason?: string | undefined;
}
