/** Public surface of a release: every public name with its declaration, every key with its type. */
export type PublicSurface = Readonly<Record<string, string>>;

/** Bump that a change of the surface needs. */
export type Bump = "patch" | "minor" | "major";

/** A difference that decides, for the message of the test. */
export interface SurfaceChange {
  readonly bump: Bump;
  readonly broken: readonly string[];
  readonly added: readonly string[];
}

const order: readonly Bump[] = ["patch", "minor", "major"];

/**
 * The least bump that a surface may be published with after `before`.
 *
 * A name or key that is gone, or declared otherwise, breaks; a new one is a feature. Below 1.0 a break is a minor, as everywhere in semantic
 * versioning, and a feature may be a patch.
 */
export function decideBump(version: string, before: PublicSurface, after: PublicSurface): SurfaceChange {
  const broken = Object.keys(before).filter((key) => after[key] !== before[key]);
  const added = Object.keys(after).filter((key) => before[key] === undefined);
  const isStable = !version.startsWith("0.");
  const bump = broken.length > 0 ? (isStable ? "major" : "minor") : added.length > 0 && isStable ? "minor" : "patch";
  return { bump, broken, added };
}

/** The bumps that changesets give, from their front matter. */
export function bumpsOf(changesets: readonly string[]): readonly Bump[] {
  return changesets.flatMap((text) => {
    const [, head = ""] = /^---\n([\s\S]*?)\n---(?:\n|$)/.exec(text) ?? [];
    return [...head.matchAll(/^["']?@?[\w/-]+["']?:\s*(patch|minor|major)\s*$/gm)].map(([, bump]) => bump as Bump);
  });
}

/** True if changesets with these bumps are enough; without a changeset nothing is published, so nothing can pass as too little. */
export function isEnough(needed: Bump, given: readonly Bump[]): boolean {
  return given.length === 0 || given.some((bump) => order.indexOf(bump) >= order.indexOf(needed));
}
