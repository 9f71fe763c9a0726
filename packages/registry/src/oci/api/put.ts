import {
  asReleaseError,
  type Clock,
  type Digest,
  parseImageRef,
  type Reading,
  type ReleaseError,
  type Repository,
} from "@lateen/kernel";
import { decideDoubt } from "../../model/decide-ambiguous-write.ts";
import { integrityError } from "../../errors.ts";
import { digestOf } from "../../model/manifest-json.ts";
import { bodyLimits, settlePolicy } from "../../policy.ts";
import type { Descriptor, Manifest, Receipt } from "../../model/registry.ts";
import { isSurelyNotApplied } from "../transport/decide-retry.ts";
import type { Exchange } from "../transport/exchange.ts";
import { resolve } from "./read.ts";

/** One write of one tag. */
export interface PutRequest {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly tag: string;
  readonly before: Digest | "absent" | undefined;
}

/** Points a tag at a manifest. An answer that leaves doubt is followed by a look at the tag, never by a blind repetition. */
export async function put(
  exchange: Exchange,
  clock: Clock,
  request: PutRequest,
  signal?: AbortSignal,
): Promise<Receipt> {
  const { repository, manifest, tag, before } = request;
  const ref = parseImageRef(`${repository}:${tag}`);
  for (let writes = 1; ; writes++) {
    const cause = await write(exchange, ref.path, tag, manifest, signal);
    if (cause === undefined) return { outcome: "applied", digest: manifest.digest };
    if (isSurelyNotApplied(cause.code) || cause.category === "auth") return { outcome: "not-applied", cause };
    // Aborted: the bytes may have been under way, and there is no time left to look.
    if (cause.category === "interrupted") return { outcome: "unknown", cause };
    const seen: Reading<Descriptor> = await resolve(exchange, ref, signal);
    const decision = decideDoubt({ wanted: manifest.digest, before, seen, writes, limit: settlePolicy.writes });
    if (decision !== "send-again") {
      return {
        outcome: decision,
        digest: seen.kind === "found" ? seen.value.digest : undefined,
        ...(decision === "applied" ? {} : { cause }),
      };
    }
    await clock.sleep(settlePolicy.firstDelayMs * writes, signal);
  }
}

/** Writes a manifest under a tag or its own digest; answers with what went wrong, if anything. */
export async function write(
  exchange: Exchange,
  path: string,
  name: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<ReleaseError | undefined> {
  try {
    const response = await exchange.request(
      {
        method: "PUT",
        path: `/v2/${path}/manifests/${name}`,
        need: { repository: path, actions: "pull,push" },
        headers: { "content-type": manifest.mediaType },
        body: manifest.bytes,
        writes: "manifest",
        // Under its own digest a manifest is the same however often it arrives; a tag may have been moved by someone else since.
        repeatable: name.includes(":"),
      },
      bodyLimits.error,
      signal,
    );
    return contradiction(response.header("docker-content-digest"), manifest, response.url);
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "bug" || error.category === "input") throw error;
    return error;
  }
}

/** The answer to a PUT need not carry the digest, but if it does it has to be the one of our bytes. */
function contradiction(header: string | undefined, manifest: Manifest, url: string): ReleaseError | undefined {
  const stated = header?.trim() ?? "";
  if (stated === "" || stated === manifest.digest || stated === digestOf(manifest.bytes, stated as Digest))
    return undefined;
  return integrityError(
    "MANIFEST_DIGEST_MISMATCH",
    "the registry acknowledged another digest than that of the bytes that were sent",
    url,
  );
}
