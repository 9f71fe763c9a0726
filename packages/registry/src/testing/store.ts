import { createHash } from "node:crypto";
import { readManifestLinks } from "./manifest-links.ts";

/** A manifest as it was pushed. */
export interface StoredManifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** The manifest that this one refers to, if any. */
  readonly subject?: string | undefined;
}

/** One repository of the fake registry. */
export interface StoredRepository {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Buffer>;
  /** Begun uploads: what arrived so far. */
  readonly uploads: Map<string, Buffer[]>;
}

/** Everything that the fake registry holds; tests may look at it and change it behind the registry's back. */
export interface RegistryStore {
  readonly repositories: Map<string, StoredRepository>;
  /** The repository, made if it is new. */
  repository(name: string): StoredRepository;
  /** The digest that a tag names. */
  tag(repository: string, tag: string): string | undefined;
  /** Points a tag somewhere, as another writer would. */
  setTag(repository: string, tag: string, digest: string): void;
  /** Deletes every manifest that no tag leads to, as clean-up jobs and lifecycle rules for untagged images do. */
  deleteUntagged(repository: string): void;
  /** Stores a manifest and answers with its digest. */
  addManifest(repository: string, bytes: Uint8Array, mediaType: string, tag?: string): string;
  /** Stores a blob and answers with its digest. @param digest - Another one than that of SHA-256. */
  addBlob(repository: string, bytes: Uint8Array, digest?: string): string;
}

/** An empty store. */
export function createStore(): RegistryStore {
  const repositories = new Map<string, StoredRepository>();
  const repository = (name: string): StoredRepository => {
    const known = repositories.get(name) ?? {
      manifests: new Map(),
      tags: new Map(),
      blobs: new Map(),
      uploads: new Map(),
    };
    repositories.set(name, known);
    return known;
  };
  return {
    repositories,
    repository,
    tag: (name, tag) => repositories.get(name)?.tags.get(tag),
    setTag: (name, tag, digest) => void repository(name).tags.set(tag, digest),
    deleteUntagged(name) {
      const { manifests, tags } = repository(name);
      const kept = new Set<string>();
      for (const waiting = [...tags.values()]; waiting.length > 0;) {
        const digest = waiting.pop() ?? "";
        const manifest = kept.has(digest) ? undefined : manifests.get(digest);
        kept.add(digest);
        if (manifest !== undefined) waiting.push(...readManifestLinks(manifest.bytes).manifests);
      }
      for (const digest of manifests.keys()) if (!kept.has(digest)) manifests.delete(digest);
    },
    addManifest(name, bytes, mediaType, tag) {
      const digest = sha256(bytes);
      repository(name).manifests.set(digest, { bytes: Buffer.from(bytes), mediaType, subject: subjectOf(bytes) });
      if (tag !== undefined) repository(name).tags.set(tag, digest);
      return digest;
    },
    addBlob(name, bytes, digest = sha256(bytes)) {
      repository(name).blobs.set(digest, Buffer.from(bytes));
      return digest;
    },
  };
}

/** The digest of bytes. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The other digest that the specification registers. */
export function sha512(bytes: Uint8Array): string {
  return `sha512:${createHash("sha512").update(bytes).digest("hex")}`;
}

function subjectOf(bytes: Uint8Array): string | undefined {
  try {
    const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as { subject?: { digest?: unknown } };
    return typeof json.subject?.digest === "string" ? json.subject.digest : undefined;
  } catch {
    return undefined;
  }
}
