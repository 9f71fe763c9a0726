import { evidence as makeEvidence } from "../evidence.ts";
import { type Evidence, formatImageRef, go, parseImageRef, stop } from "@lateen/kernel";
import { candidateTag } from "../../job/job.ts";
import type { ImageResult } from "../../output/result.ts";
import type { Step } from "../run-pipeline.ts";

/** Resolves the candidate of every image once; where tags are promoted too, promotion's own checks do that. */
export const resolveRelease: Step = async (job, { commit }) => {
  const { release, promote } = job.settings.config;
  if (release === undefined || promote !== undefined || release.images.length === 0) return go({});
  const registries = await job.wiring.registries();
  const candidate = candidateTag(release.candidate, commit);
  const images: ImageResult[] = [];
  const evidence: Evidence[] = [];
  for (const { repository } of release.images) {
    const ref = parseImageRef(`${repository}:${candidate}`);
    const reading = await registries.resolve(ref, job.signal);
    const name = formatImageRef(ref);
    if (reading.kind === "absent") {
      return stop(
        "refused",
        `${name} does not exist`,
        [...evidence, makeEvidence(job, "candidate", "refused", `${name} does not exist`, name)],
        { images },
      );
    }
    if (reading.kind === "unknown") {
      if (reading.cause.category === "auth") throw reading.cause;
      return stop("unknown", `${name} could not be read: ${reading.cause.message}`, evidence, { images });
    }
    images.push({ repository, candidate, digest: reading.value.digest });
    evidence.push(makeEvidence(job, "candidate", "found", `${name} is ${reading.value.digest}`, name));
  }
  return go({ images }, evidence);
};
