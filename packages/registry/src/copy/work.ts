import type { Clock, createLimit, Digest, ImageRef, Reading, Reporter, Repository } from "@lateen/kernel";
import { registryError } from "../errors.ts";
import type { RegistryEvent } from "../events.ts";
import type { ContentStore } from "../model/adapter.ts";
import type { Manifest } from "../model/registry.ts";
import type { ReferrerTarget } from "./referrers.ts";

/** Source and target of a copy. */
export interface CopyRequest {
  /** Has a digest. */
  readonly source: ImageRef;
  readonly target: Repository;
  readonly from: {
    manifest(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>>;
    readonly content: ContentStore;
  };
  readonly into: ContentStore;
  /** Copies what the manifest lists and not the manifest itself, which the write of a tag stores. @default false */
  readonly contentOnly?: boolean | undefined;
  /** Checks that everything could be copied, and copies nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** The registry that is written, if referrers are to be copied too. @default they are not */
  readonly referrersInto?: ReferrerTarget | undefined;
}

/** Clock and events of a copy. */
export interface CopyPorts {
  readonly clock: Clock;
  readonly report: Reporter<RegistryEvent>;
}

type Limit = ReturnType<typeof createLimit>;

export interface CopyWork extends CopyRequest, CopyPorts {
  readonly limits: { readonly small: Limit; readonly large: Limit };
  readonly sameRegistry: boolean;
  /** Blobs and manifests under way or done: platforms share blobs, and two uploads of one would race. */
  readonly blobs: Map<Digest, Promise<void>>;
  readonly manifests: Map<Digest, Promise<Manifest>>;
  /** Manifests of the source. */
  readonly read: Map<Digest, Promise<Reading<Manifest>>>;
  readonly signal: AbortSignal | undefined;
}

/** The error of content that the source itself lacks. */
export function missingAtSource(what: string, why: string): Error {
  return registryError("REGISTRY_CONTENT_MISSING", "state", {
    message: `${what} is not in the source`,
    why,
    fix: "push the image again, all platforms",
  });
}
