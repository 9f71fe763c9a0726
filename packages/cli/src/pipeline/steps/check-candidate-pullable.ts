import { formatImageRef, go, parseImageRef, stop } from "@lateen/kernel";
import { candidateTag } from "../../config/tag-template.ts";
import { evidence } from "../evidence.ts";
import { skipped, type Step } from "../run-pipeline.ts";

/**
 * Proves that the tag by which tenants pull a release is still there: a control plane takes a tag, and the digest that the ledger
 * knows outlives it. One repository that has it is enough, since content is copied to others by digest alone.
 * @throws ReleaseError of category `auth`
 */
export const checkCandidatePullable: Step = async (job, { commit }) => {
  const { fleet, release } = job.settings.config;
  if (fleet === undefined || release === undefined || release.images.length === 0) return skipped;
  const registries = await job.wiring.registries();
  const tag = candidateTag(release.candidate, commit);
  const refs = release.images.map(({ repository }) => parseImageRef(`${repository}:${tag}`));
  const readings = await Promise.all(refs.map((ref) => registries.resolve(ref, job.signal)));
  const sources = refs.map((ref) => formatImageRef(ref)).join(", ");
  if (readings.some(({ kind }) => kind === "found"))
    return go({}, [evidence(job, "candidate", "passed", `${tag} can be pulled`, sources)]);
  const unread = readings.find((reading) => reading.kind === "unknown");
  if (unread?.cause.category === "auth") throw unread.cause;
  const fact =
    unread === undefined
      ? `tenants pull ${tag}, which no repository has any more; put it back on the ledger's digest first (lateen retag)`
      : `whether ${tag} can still be pulled could not be read: ${unread.cause.message}; run again`;
  const outcome = unread === undefined ? "refused" : "unknown";
  const code = unread === undefined ? "CANDIDATE_ABSENT" : "CANDIDATE_UNREADABLE";
  return stop({ outcome, code, reason: fact, evidence: [evidence(job, "candidate", outcome, fact, sources)] });
};
