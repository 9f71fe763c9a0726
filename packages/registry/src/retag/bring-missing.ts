import { asReleaseError, type Evidence, type ImageRef, type Repository, type Stop } from "@lateen/kernel";
import type { RetagFacts } from "./read.ts";
import type { RetagPorts } from "./report.ts";
import type { TargetGroup } from "./targets.ts";
import type { PlannedTag } from "./write.ts";

/** The repositories that may lack the source's content. */
export interface CopyToGroups {
  readonly source: ImageRef;
  readonly groups: readonly TargetGroup[];
  readonly planned: readonly PlannedTag[];
  readonly facts: RetagFacts;
  readonly referrers: boolean;
}

/** The repositories to which content was copied. */
export interface Copied {
  readonly kind: "copied";
  readonly repositories: ReadonlySet<string>;
  readonly evidence: readonly Evidence[];
  /** Copies the whole image, for a registry that reports missing content only when a tag is written; true if it is there then. */
  readonly bringAgain: (repository: Repository) => Promise<boolean>;
}

/**
 * Copies the content to every other repository that has a tag to write, before the first tag is written. The manifest itself comes with the tag,
 * unless something that refers to it comes along.
 */
export async function copyToGroups(
  request: CopyToGroups,
  ports: RetagPorts,
  signal?: AbortSignal,
): Promise<Copied | Stop> {
  const { source, groups, planned, facts } = request;
  const { registries } = ports;
  const copy = (request.referrers ? registries.copyWithReferrers : registries.copyContent) ?? registries.copy;
  if (facts.digest.kind !== "found") throw new TypeError("only a source with a digest is copied");
  const exact: ImageRef = { ...source, tag: undefined, digest: facts.digest.value };
  const evidence: Evidence[] = [];
  const copied = new Set<string>();
  for (const { repository } of groups) {
    const needed = planned.some((tag) => tag.repository === repository && tag.plan !== "keep");
    if (repository === source.repository || !needed) continue;
    copied.add(repository);
    const verdict = await copy(exact, repository, signal);
    if (verdict.kind === "stop") return { ...verdict, value: undefined };
    evidence.push(...verdict.evidence);
  }
  const bringAgain = async (repository: Repository): Promise<boolean> => {
    if (!copied.has(repository)) return false;
    const verdict = await registries.copy(exact, repository, signal).catch((error: unknown) => asReleaseError(error));
    return "kind" in verdict && verdict.kind === "go";
  };
  return { kind: "copied", repositories: copied, evidence, bringAgain };
}
