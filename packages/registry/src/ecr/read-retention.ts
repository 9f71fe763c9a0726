import { absent, asReleaseError, found, type Reading, unknown } from "@lateen/kernel";
import { registryError } from "../errors.ts";
import type { Retention, TagsByUse } from "../model/registry.ts";
import { decideLifecycle, type LifecyclePolicy, lifecyclePolicySchema } from "./decide-lifecycle.ts";
import { exceptionName } from "./ecr-errors.ts";

/** Reads a lifecycle policy, and which of its rules acts on an image that has exactly these tags. */
export async function readRetention(
  readPolicy: () => Promise<string | undefined>,
  source: string,
  image: TagsByUse,
): Promise<Reading<Retention>> {
  try {
    const text = await readPolicy();
    const rule = decideLifecycle(parsePolicy(text ?? "", source), image);
    return rule === undefined ? absent(`no rule of the lifecycle policy of ${source} selects the image`) : found(rule);
  } catch (thrown) {
    const error = asReleaseError(thrown);
    const has = exceptionName(error.cause);
    if (has === "LifecyclePolicyNotFoundException") return absent(`${source} has no lifecycle policy`);
    if (has === "RepositoryNotFoundException") return absent(`${source} does not exist yet`);
    return unknown(error);
  }
}

function parsePolicy(text: string, source: string): LifecyclePolicy {
  try {
    return lifecyclePolicySchema.parse(JSON.parse(text));
  } catch (cause) {
    throw registryError("REGISTRY_REQUEST_REFUSED", "unavailable", {
      message: `the lifecycle policy of ${source} cannot be read`,
      fix: "look at it: aws ecr get-lifecycle-policy",
      retryable: false,
      cause,
    });
  }
}
