import { type Digest, formatImageRef, parseDigest, parseImageRef, type Stop, stop } from "@lateen/kernel";
import type { FleetConfig } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { evidence } from "../evidence.ts";
import type { PipelineState } from "../run-pipeline.ts";

/** Digest by image repository. */
export type Digests = Readonly<Record<string, Digest>>;

/**
 * The digests of the release: those that earlier steps have resolved, else those of the candidates, if a control plane moves
 * tenants by digest. The fleet then runs the very bytes that were resolved, whatever becomes of the tag.
 */
export async function releaseDigests(
  job: Job,
  account: PipelineState,
): Promise<{ readonly kind: "found"; readonly value: Digests } | Stop<unknown>> {
  const { fleet, release } = job.settings.config;
  const known = knownDigests(account);
  const missing = (release?.images ?? []).filter(({ repository }) => known[repository] === undefined);
  if (fleet === undefined || release === undefined || missing.length === 0 || !movesByDigest(fleet))
    return { kind: "found", value: known };
  const registries = await job.wiring.registries();
  const tag = candidateTag(release.candidate, account.commit);
  for (const { repository } of missing) {
    const ref = parseImageRef(`${repository}:${tag}`);
    const name = formatImageRef(ref);
    const reading = await registries.resolve(ref, job.signal);
    if (reading.kind === "found") {
      known[repository] = reading.value.digest;
      continue;
    }
    if (reading.kind === "unknown" && reading.cause.category === "auth") throw reading.cause;
    const fact =
      reading.kind === "absent" ? `${name} does not exist` : `${name} could not be read: ${reading.cause.message}`;
    const outcome = reading.kind === "absent" ? "refused" : "unknown";
    return stop({
      outcome,
      code: "CANDIDATE_UNRESOLVED",
      reason: fact,
      evidence: [evidence(job, "candidate", outcome, fact, name)],
    });
  }
  return { kind: "found", value: known };
}

/** Releases that earlier steps have resolved. */
export function knownDigests({ images = [] }: PipelineState): Record<string, Digest> {
  const resolved = images.flatMap(({ repository, digest }) =>
    digest === undefined ? [] : [[repository, parseDigest(digest)] as const],
  );
  return Object.fromEntries(resolved);
}

function movesByDigest({ controlPlanes }: FleetConfig): boolean {
  return controlPlanes.some((plane) => {
    if (plane.kind === "kubernetes") return true;
    return plane.kind === "exec" && [plane.move].flat().some((text) => text.includes("{digest}"));
  });
}
