import { type Evidence, formatImageRef, parseImageRef, stop } from "@lateen/kernel";
import { candidateTag } from "../../config/tag-template.ts";
import type { ImageResult } from "../../output/result.ts";
import { evidence as makeEvidence, goWith } from "../evidence.ts";
import { skipped, type Step } from "../run-pipeline.ts";

/** Resolves the candidate of every image once; where tags are promoted too, promotion's own checks do that. */
export const resolveRelease: Step = async (job, { commit }) => {
  const { release, promote } = job.settings.config;
  if (release === undefined || promote !== undefined || release.images.length === 0) return skipped;
  const registries = await job.wiring.registries();
  const candidate = candidateTag(release.candidate, commit);
  const images: ImageResult[] = [];
  const evidence: Evidence[] = [];
  for (const { repository } of release.images) {
    const ref = parseImageRef(`${repository}:${candidate}`);
    const reading = await registries.resolve(ref, job.signal);
    const name = formatImageRef(ref);
    if (reading.kind === "absent") {
      const reason = `${name} does not exist`;
      const refused = makeEvidence(job, "candidate", "refused", reason, name);
      return stop({
        outcome: "refused",
        code: "CANDIDATE_ABSENT",
        reason,
        evidence: [...evidence, refused],
        value: { images },
      });
    }
    if (reading.kind === "unknown") {
      if (reading.cause.category === "auth") throw reading.cause;
      const reason = `${name} could not be read: ${reading.cause.message}`;
      return stop({ outcome: "unknown", code: "CANDIDATE_UNREADABLE", reason, evidence, value: { images } });
    }
    images.push({ repository, candidate, digest: reading.value.digest });
    evidence.push(makeEvidence(job, "candidate", "found", `${name} is ${reading.value.digest}`, name));
  }
  return goWith({ images }, evidence);
};
