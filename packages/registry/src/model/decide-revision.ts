import type { ImageDetails } from "./registry.ts";

/** The label and annotation that names the commit. Source: OCI image-spec, annotations.md, "Pre-Defined Annotation Keys". */
export const revisionKey = "org.opencontainers.image.revision";

/** Commit that an image names, if it names one at all. */
export type RevisionDecision =
  | { readonly kind: "named"; readonly revision: string; readonly from: "index" | "platforms" }
  | { readonly kind: "unnamed" }
  | { readonly kind: "no-image" }
  | { readonly kind: "disagree"; readonly seen: readonly string[] };

/**
 * The annotation of the top manifest wins; else every real platform has to name the same commit, by the annotation of its
 * manifest or the label of its config. An empty value is none.
 */
export function decideRevision(details: Pick<ImageDetails, "annotations" | "images">): RevisionDecision {
  const top = details.annotations[revisionKey] ?? "";
  if (top !== "") return { kind: "named", revision: top, from: "index" };
  if (details.images.length === 0) return { kind: "no-image" };
  const named = details.images.map((image) => image.annotations[revisionKey] || (image.labels[revisionKey] ?? ""));
  const [first = "", ...others] = new Set(named);
  if (others.length > 0) return { kind: "disagree", seen: describe(details, named) };
  return first === "" ? { kind: "unnamed" } : { kind: "named", revision: first, from: "platforms" };
}

function describe(details: Pick<ImageDetails, "images">, named: readonly string[]): string[] {
  return details.images.map((image, index) => `${image.platform ?? image.digest}: ${named[index] || "none"}`);
}
