import { createHash } from "node:crypto";
import {
  absent,
  type Digest,
  found,
  go,
  type ImageRef,
  parseDigest,
  parseImageRef,
  type Reading,
  type ReleaseError,
  type Repository,
  stop,
  unknown,
} from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import type { Manifest, Receipt, TagStore } from "../ports/tag-store.ts";

/** One call of a method. */
export interface TagCall {
  readonly method: "resolve" | "manifest" | "revision" | "put" | "preflight" | "copy" | "copyWithReferrers";
  readonly repository: Repository;
  /** The tag, the digest, or nothing. */
  readonly name: string;
}

/** Answer of a call instead of the true one: an error for every method, a receipt for `put`, a digest for `resolve`. */
export type TagFault =
  | ReleaseError
  | { readonly receipt: Receipt; readonly applies: boolean }
  | { readonly digest: Digest }
  | "absent"
  | "refused";

/** Registries in memory. */
export interface MemoryTags extends TagStore {
  /** Adds an image and points `tag` at it. Different `content` is a different digest. */
  push(
    repository: string,
    tag: string,
    image: { readonly revision?: string | undefined; readonly content?: string },
  ): Digest;
  /** Points a tag anywhere, as another writer would. */
  move(repository: string, tag: string, digest: Digest | undefined): void;
  /** Forgets the content, as a garbage collector would. */
  collect(repository: string, digest: Digest): void;
  /** Adds a referrer, such as a signature, of an image. */
  attach(repository: string, digest: Digest, referrer: string): void;
  /** Referrers of an image. */
  attached(repository: string, digest: Digest): readonly string[];
  tagged(repository: string, tag: string): Digest | undefined;
  /** Every successful write, in order. */
  readonly writes: readonly { readonly repository: string; readonly tag: string; readonly digest: Digest }[];
  readonly calls: readonly TagCall[];
  /** Asked before every call. */
  fault: ((call: TagCall) => TagFault | undefined) | undefined;
}

interface Image extends Manifest {
  readonly revision: string | undefined;
}

/** Empty registries; every valid repository exists. */
export function createMemoryTags(): MemoryTags {
  const images = new Map<string, Map<Digest, Image>>();
  const pointers = new Map<string, Digest>();
  const referrers = new Map<string, readonly string[]>();
  const attached = (repository: string, digest: Digest) => referrers.get(`${repository}@${digest}`) ?? [];
  const writes: { repository: string; tag: string; digest: Digest }[] = [];
  const calls: TagCall[] = [];
  const within = (repository: string) => images.get(repository) ?? new Map<Digest, Image>();
  const store = (repository: string, image: Image) =>
    images.set(repository, within(repository).set(image.digest, image));
  const imageOf = ({ repository, tag, digest }: ImageRef): Image | undefined => {
    const named = digest ?? pointers.get(`${repository}:${tag ?? ""}`);
    return named === undefined ? undefined : within(repository).get(named);
  };
  const ask = (method: TagCall["method"], repository: Repository, name: string) => {
    const call = { method, repository, name };
    calls.push(call);
    return tags.fault?.(call);
  };
  const read = <T>(method: TagCall["method"], ref: ImageRef, pick: (image: Image) => T | undefined): Reading<T> => {
    const fault = ask(method, ref.repository, ref.digest ?? ref.tag ?? "");
    if (fault instanceof Error) return unknown(fault);
    if (typeof fault === "object" && "digest" in fault)
      return found({ digest: fault.digest, mediaType: "", size: 0 } as T);
    const image = fault === "absent" ? undefined : imageOf(ref);
    const value = image === undefined ? undefined : pick(image);
    return value === undefined
      ? absent(image === undefined ? "404" : "the config was read and has no such label")
      : found(value);
  };
  const tags: MemoryTags = {
    fault: undefined,
    writes,
    calls,
    push(repository, tag, { revision, content = revision ?? "" }) {
      const bytes = Buffer.from(`${repository.slice(repository.lastIndexOf("/"))} ${content}`);
      const digest = parseDigest(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
      const mediaType = "application/vnd.oci.image.index.v1+json";
      store(parseImageRef(repository).repository, { digest, mediaType, size: bytes.length, bytes, revision });
      pointers.set(`${repository}:${tag}`, digest);
      return digest;
    },
    move(repository, tag, digest) {
      if (digest === undefined) pointers.delete(`${repository}:${tag}`);
      else pointers.set(`${repository}:${tag}`, digest);
    },
    collect: (repository, digest) => void within(repository).delete(digest),
    attach: (repository, digest, referrer) =>
      void referrers.set(`${repository}@${digest}`, [...attached(repository, digest), referrer]),
    attached,
    tagged: (repository, tag) => pointers.get(`${repository}:${tag}`),
    resolve: async (ref) => read("resolve", ref, ({ digest, mediaType, size }) => ({ digest, mediaType, size })),
    manifest: async (ref) =>
      read("manifest", ref, ({ digest, mediaType, size, bytes }) => ({ digest, mediaType, size, bytes })),
    revision: async (ref) => read("revision", ref, ({ revision }) => revision),
    async put(repository, manifest, tag): Promise<Receipt> {
      const fault = ask("put", repository, tag);
      if (fault instanceof Error) return { outcome: "not-applied", cause: fault };
      const receipt = typeof fault === "object" && "receipt" in fault ? fault : undefined;
      if (receipt === undefined || receipt.applies) {
        pointers.set(`${repository}:${tag}`, manifest.digest);
        writes.push({ repository, tag, digest: manifest.digest });
      }
      return receipt?.receipt ?? { outcome: "applied", digest: manifest.digest };
    },
    async preflight(repository, manifest) {
      const fault = ask("preflight", repository, manifest.digest);
      if (fault instanceof Error) throw fault;
      return fault === "refused"
        ? stop({ outcome: "refused", code: "TAG_IMMUTABLE", reason: "the tag is immutable" })
        : go({}, testEvidence);
    },
    async copy(source, target) {
      const fault = ask("copy", target, source.digest ?? "");
      if (fault instanceof Error) throw fault;
      const image = imageOf(source);
      if (image === undefined)
        return stop({ outcome: "refused", code: "SOURCE_MISSING", reason: "the source does not exist" });
      store(target, image);
      return go(image, testEvidence);
    },
    async copyWithReferrers(source, target) {
      const fault = ask("copyWithReferrers", target, source.digest ?? "");
      if (fault === "refused")
        return stop({ outcome: "refused", code: "REFERRER_REFUSED", reason: "a referrer cannot be stored" });
      const copied = await tags.copy(source, target);
      if (copied.kind === "stop") return copied;
      const { digest } = copied.value;
      const brought = attached(source.repository, digest);
      for (const referrer of brought) tags.attach(target, digest, referrer);
      const at = "2026-01-01T00:00:00.000Z";
      const say = (fact: string) => ({ rule: "copy", verdict: "copied", fact, source: target, at });
      return go(copied.value, [say(`${digest} is in ${target}`), ...brought.map((one) => say(`${one} came along`))]);
    },
  };
  return tags;
}
