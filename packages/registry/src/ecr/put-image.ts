import { asReleaseError, type Digest, plainText, type Reading, type ReleaseError } from "@lateen/kernel";
import { decideDoubt } from "../model/decide-ambiguous-write.ts";
import { registryError } from "../errors.ts";
import { isSurelyNotApplied } from "../oci/transport/decide-retry.ts";
import { settlePolicy } from "../policy.ts";
import type { Descriptor, Manifest, Receipt } from "../model/registry.ts";
import { exceptionName } from "./ecr-errors.ts";

/** One write of a tag and the means to look what became of it. */
export interface TagWrite {
  readonly manifest: Manifest;
  readonly before: Digest | "absent" | undefined;
  /** Sends once; answers with the digest that the service has stored. Errors are ReleaseErrors with the SDK's as cause. */
  send(): Promise<string | undefined>;
  look(): Promise<Reading<Descriptor>>;
}

/**
 * Writes a tag and says what became of it; after anything but a plain yes or no the tag is looked at before it is written again.
 *
 * Source: Amazon ECR API Reference, "PutImage": with `imageDigest` the service itself compares the bytes;
 * `ImageAlreadyExistsException` is a success if the pair of digest and tag is the wanted one (aws-sdk-js-v3#6642: it need not be).
 */
export async function putImage(write: TagWrite): Promise<Receipt> {
  for (let writes = 1; ; writes++) {
    const { outcome, cause } = await sendOnce(write);
    if (outcome === "applied") return { outcome, digest: write.manifest.digest };
    if (outcome === "not-applied") return { outcome, cause };
    const seen = await write.look();
    const limit = isSaidToExist(cause) ? 1 : settlePolicy.writes;
    const decision = decideDoubt({ wanted: write.manifest.digest, before: write.before, seen, writes, limit });
    const digest = seen.kind === "found" ? { digest: seen.value.digest } : {};
    if (decision !== "send-again")
      return { outcome: decision, ...digest, ...(decision === "applied" ? {} : { cause }) };
  }
}

type Sent =
  | { readonly outcome: "applied"; readonly cause?: undefined }
  | { readonly outcome: "not-applied" | "doubtful"; readonly cause: ReleaseError };

async function sendOnce({ manifest, send }: TagWrite): Promise<Sent> {
  try {
    const stored = await send();
    return stored === undefined || stored === manifest.digest
      ? { outcome: "applied" }
      : { outcome: "doubtful", cause: differs(stored, manifest) };
  } catch (thrown) {
    const cause = asReleaseError(thrown);
    if (cause.category === "bug") throw cause;
    return { outcome: !isSaidToExist(cause) && isRefusal(cause) ? "not-applied" : "doubtful", cause };
  }
}

function isSaidToExist(error: ReleaseError): boolean {
  return exceptionName(error.cause) === "ImageAlreadyExistsException";
}

/** Refusals: by the credentials, by the state of the repository, or by a throttle that did not let the call in. */
function isRefusal(error: ReleaseError): boolean {
  return (
    error.category === "auth" ||
    error.category === "state" ||
    error.category === "input" ||
    isSurelyNotApplied(error.code)
  );
}

function differs(stored: string, manifest: Manifest): ReleaseError {
  return registryError("TAG_NOT_WRITTEN", "unavailable", {
    message: `ECR says that it stored ${plainText(stored, 80)}, not ${manifest.digest}`,
    fix: "run again; if it stays, look at the endpoint that answers in ECR's place",
    retryable: false,
  });
}
