import { type ImageRef, isTag, parseImageRef, plainText, type Repository } from "@lateen/kernel";
import { registryError } from "../errors.ts";

/** The tags to write in one repository. */
export interface TargetGroup {
  readonly repository: Repository;
  readonly tags: readonly string[];
}

/**
 * The targets by repository, each tag once.
 * @throws ReleaseError `REGISTRY_REFERENCE_OPEN`, `REGISTRY_HOST_MISSING`, `IMAGE_REF_INVALID`
 */
export function groupTargets(source: ImageRef, targets: readonly (string | ImageRef)[]): TargetGroup[] {
  if (source.host === undefined) throw hostMissing(source.repository);
  if (source.tag === undefined && source.digest === undefined)
    throw open(source.repository, "host/repository:tag or host/repository@sha256:…");
  if (targets.length === 0) throw open("the list of tags", "at least one tag");
  const groups = new Map<Repository, Set<string>>();
  for (const target of targets) {
    const { repository, tag } = typeof target === "string" ? fromText(source, target) : fromRef(target);
    groups.set(repository, (groups.get(repository) ?? new Set()).add(tag));
  }
  return [...groups].map(([repository, tags]) => ({ repository, tags: [...tags] }));
}

function fromText(source: ImageRef, text: string): { repository: Repository; tag: string } {
  return isTag(text) ? { repository: source.repository, tag: text } : fromRef(parseImageRef(text));
}

function fromRef(ref: ImageRef): { repository: Repository; tag: string } {
  if (ref.host === undefined) throw hostMissing(ref.repository);
  if (ref.tag === undefined || ref.digest !== undefined)
    throw open(ref.repository, "a tag alone, or host/repository:tag without a digest");
  return { repository: ref.repository, tag: ref.tag };
}

/** The error of a short name: a host is always named, so that no default registry is ever asked. */
export function hostMissing(name: string): Error {
  return registryError("REGISTRY_HOST_MISSING", "input", {
    message: `${plainText(name, 100)} names no registry host`,
    fix: "write host/repository:tag",
  });
}

function open(name: string, fix: string): Error {
  return registryError("REGISTRY_REFERENCE_OPEN", "input", {
    message: `${plainText(name, 100)} does not say what should be written`,
    fix: `write ${fix}`,
  });
}
