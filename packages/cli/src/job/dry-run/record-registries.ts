import {
  type Evidence,
  found,
  go,
  type ImageRef,
  ReleaseError,
  type Repository,
  type Stop,
  stop,
  type Verdict,
} from "@lateen/kernel";
import type { Manifest, Registries } from "@lateen/registry";

/** Registries as they would be: tags that were put name their new digest, content that was copied is there. */
export function recordRegistries(registries: Registries): Registries {
  const manifests = new Map<string, Manifest>();
  const sources = new Map<string, ImageRef>();
  const free = new Set<string>();
  // The trial upload of a real preflight would be a write; whether tags may be moved can be asked without one.
  const look: NonNullable<Registries["checkTags"]> = async (repository, digest, tags, signal) => {
    const looked = (await registries.checkTags?.(repository, digest, tags, signal)) ?? go("unknown", [notAsked]);
    if (looked.kind === "go") for (const tag of tags) free.add(`${repository}:${tag}`);
    return looked;
  };
  const recorded = ({ repository, tag, digest }: ImageRef): Manifest | undefined =>
    manifests.get(`${repository}@${digest ?? tag ?? ""}`);
  // If a tag was put or content was copied, the image itself is read where it really is.
  const actual = (ref: ImageRef): ImageRef => {
    const manifest = recorded(ref);
    if (manifest === undefined) return ref;
    return sources.get(`${ref.repository}@${manifest.digest}`) ?? { ...ref, tag: undefined, digest: manifest.digest };
  };
  const copy: Registries["copy"] = async (source, target, signal) => {
    const looked = await lookBeforeCopy(registries, source, target, signal);
    if (looked.kind === "stop") return looked;
    manifests.set(`${target}@${looked.value.digest}`, looked.value);
    sources.set(`${target}@${looked.value.digest}`, source);
    return looked;
  };
  return {
    async resolve(ref, signal) {
      const manifest = recorded(ref);
      return manifest === undefined ? registries.resolve(ref, signal) : found(manifest);
    },
    async manifest(ref, signal) {
      const manifest = recorded(ref);
      return manifest === undefined ? registries.manifest(ref, signal) : found(manifest);
    },
    revision: (ref, signal) => registries.revision(actual(ref), signal),
    details: (ref, signal) => registries.details(actual(ref), signal),
    async put(repository, manifest, tag, signal) {
      const looked = free.has(`${repository}:${tag}`)
        ? undefined
        : await look(repository, manifest.digest, [tag], signal);
      if (looked?.kind === "stop") return { outcome: "not-applied", cause: causeOf(looked) };
      manifests.set(`${repository}@${tag}`, manifest);
      return { outcome: "applied", digest: manifest.digest };
    },
    async preflight(repository, manifest, tags, signal) {
      const looked = await look(repository, manifest.digest, tags, signal);
      if (looked.kind === "stop") return { ...looked, value: undefined };
      return go({ permission: "unproven", mutability: looked.value }, looked.evidence);
    },
    copy,
    copyContent: copy,
    copyWithReferrers: copy,
  };
}

/** A dry run asks nothing that would have to be written. */
const notAsked: Evidence = {
  rule: "copy",
  verdict: "unproven",
  fact: "whether it can be written is not tried",
  source: "a dry run",
  at: new Date(0).toISOString(),
};

/** Result that the write would have had. */
function causeOf({ outcome, code, reason }: Pick<Stop, "outcome" | "code" | "reason">): ReleaseError {
  const category = outcome === "refused" ? "state" : "unavailable";
  return new ReleaseError({ code, category, message: reason });
}

/** Never the real copy: it would write. */
async function lookBeforeCopy(
  registries: Registries,
  source: ImageRef,
  target: Repository,
  signal: AbortSignal | undefined,
): Promise<Verdict<Manifest>> {
  if (registries.checkCopy !== undefined) return registries.checkCopy(source, target, signal);
  const reading = await registries.manifest(source, signal);
  if (reading.kind === "found") return go(reading.value, [notAsked]);
  return stop({ outcome: "unknown", code: "SOURCE_UNREADABLE", reason: `${source.repository} could not be read` });
}
