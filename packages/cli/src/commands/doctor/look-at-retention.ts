import { plainText } from "@lateen/kernel";
import type { Registries } from "@lateen/registry";
import type { Job } from "../../job/job.ts";
import { candidateTag, tagPattern } from "../../config/tag-template.ts";
import { type Finding, warning } from "./finding.ts";
import type { Trunk } from "./trunk.ts";
import type { Destination } from "./try-push.ts";

/** Rules of a registry that will take a promoted image away, and after the next promotion the one that a rollback needs. */
export async function lookAtRetention(
  job: Job,
  registries: Registries,
  { image, tags }: Destination,
  trunk: Trunk,
): Promise<readonly Finding[]> {
  const { release, promote } = job.settings.config;
  const [sha] = await trunk.recent();
  if (sha === undefined) return [];
  // The tags that are left once the next release is promoted.
  const kept = {
    moved: [],
    pins: promote === undefined || promote.pin === false ? [] : [candidateTag(promote.pin, sha)],
    builds: release === undefined ? [] : [candidateTag(release.candidate, sha)],
  };
  const check = `image ${image.repository}`;
  const [promoted, former] = await Promise.all([
    registries.retention?.(image.repository, { ...kept, moved: tags }, job.signal),
    registries.retention?.(image.repository, kept, job.signal),
  ]);
  if (promoted?.kind === "unknown") {
    const fact = `whether a lifecycle policy will delete promoted images is not known: ${promoted.cause.message}`;
    return [warning(check, fact, "allow these credentials ecr:GetLifecyclePolicy")];
  }
  const fix = `give images tagged ${promote === undefined || promote.pin === false ? (tags[0] ?? "latest") : tagPattern(promote.pin)} a rule of their own with a lower rulePriority, which keeps them`;
  if (promoted?.kind === "found")
    return [warning(check, `a promoted image will go: ${text(promoted.value.rule)}`, fix)];
  if (former?.kind === "found")
    return [warning(check, `a release to roll back to will go: ${text(former.value.rule)}`, fix)];
  return [];
}

const text = (rule: string): string => plainText(rule, 300);
