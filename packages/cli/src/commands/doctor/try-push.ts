import { asReleaseError, type ImageRef, parseDigest, stop } from "@lateen/kernel";
import type { Manifest, Registries } from "@lateen/registry";
import type { Job } from "../../job/job.ts";
import { failed, type Finding, well, warning } from "./finding.ts";

/** A repository of images, and the tags that are promoted there. */
export interface Destination {
  readonly image: ImageRef;
  readonly tags: readonly string[];
  /** True if an image without a revision may be overwritten. */
  readonly allowUnlabelled: boolean;
}

/** Finds if these credentials may push, and if the promoted tags may be moved; nothing becomes visible. */
export async function lookAtPush(
  job: Job,
  registries: Registries,
  destination: Destination,
  manifest: Manifest | undefined,
): Promise<Finding> {
  const { image, tags } = destination;
  const check = `image ${image.repository}`;
  if (manifest === undefined)
    return warning(
      check,
      `it can be read and has neither ${tags.join(", ")} nor a candidate: there is nothing to try pushing with`,
      "let CI push a candidate, then run this again",
    );
  const push = await tryPush(job, registries, destination, manifest).catch((thrown: unknown) => {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted") throw thrown;
    return error;
  });
  if (push instanceof Error) return failed(check, push);
  if (push.kind === "stop")
    return {
      check,
      verdict: push.outcome === "unknown" ? "trouble" : "gap",
      fact: push.reason,
      fix: "let the credentials push, and the tags be moved",
    };
  const { permission, mutability } = push.value;
  if (permission !== "proven")
    return warning(
      check,
      "pushing could not be tried without an effect",
      "let CI push a candidate into this repository, then run this again",
    );
  const movable =
    mutability === "mutable"
      ? `${tags.join(", ")} may be moved`
      : `this registry does not report whether ${tags.join(", ")} may be moved`;
  return well(check, `pushing is allowed${identityOf(image)}; ${movable}`);
}

/** A tag that is right already needs no move, so rules about moving are asked for with a digest that no tag has. */
async function tryPush(
  job: Job,
  registries: Registries,
  { image, tags }: Destination,
  manifest: Manifest,
): ReturnType<Registries["preflight"]> {
  const movable = await registries.checkTags?.(image.repository, nobodysDigest, tags, job.signal);
  if (movable?.kind === "stop") {
    const { outcome, code, reason, evidence } = movable;
    return stop({ outcome, code, reason, evidence });
  }
  return registries.preflight(image.repository, manifest, tags, job.signal);
}

const nobodysDigest = parseDigest(`sha256:${"0".repeat(64)}`);

/** Account and region are part of an ECR host. Source: docs.aws.amazon.com, "Amazon ECR private registry". */
function identityOf({ host = "" }: ImageRef): string {
  const [, account, region] = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([\w-]+)\./.exec(host) ?? [];
  return account === undefined ? "" : ` in account ${account}, region ${region}`;
}
