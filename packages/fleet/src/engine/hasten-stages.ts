import type { Slug } from "@lateen/kernel";
import type { Stage } from "./journal-entry.ts";

/**
 * Stages of a rollback: the first one as it was planned, then everybody else together, in calls of `callSize` side by side.
 *
 * The canary goes first, since nothing is on fire; but the release has run before, so that no further evidence is waited for.
 */
export function hastenStages([first, ...others]: readonly Stage[]): readonly Stage[] {
  if (first === undefined) return [];
  const slugs: readonly Slug[] = others.filter(({ lenient }) => !lenient).flatMap((stage) => stage.slugs);
  const rest: Stage = { name: "rest", slugs, canary: false, lenient: false, soakMs: 0 };
  return [first, ...(slugs.length === 0 ? [] : [rest]), ...others.filter(({ lenient }) => lenient)];
}
