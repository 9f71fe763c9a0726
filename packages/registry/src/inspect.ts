import {
  type Clock,
  type Digest,
  type Evidence,
  formatImageRef,
  go,
  type ImageRef,
  isoNow,
  type NonEmpty,
  plainText,
  type Verdict,
} from "@lateen/kernel";
import { inFull, registryStop } from "./errors.ts";
import { decideRevision } from "./model/decide-revision.ts";
import type { ImageDetails, ImageReader } from "./model/registry.ts";
import { hostMissing } from "./retag/targets.ts";

export interface InspectPorts {
  readonly registries: ImageReader;
  readonly clock: Clock;
}

/** Digest, platforms, labels and revision of an image. */
export interface Inspection {
  readonly repository: string;
  readonly digest: Digest;
  readonly mediaType: string;
  /** `os/architecture` or `os/architecture/variant`, in the order of the index. */
  readonly platforms: readonly string[];
  /** Labels on which all platforms agree. */
  readonly labels: Readonly<Record<string, string>>;
  /** The commit; undefined if there is none, or if platforms disagree. */
  readonly revision?: string | undefined;
}

/**
 * Reads digest, platforms, labels and revision of an image through its index.
 *
 * @returns go, or stop: `refused` if the image does not exist, `unknown` if a manifest or config cannot be read
 * @throws ReleaseError of category `auth`, `input`, `interrupted`
 */
export async function inspect(ref: ImageRef, ports: InspectPorts, signal?: AbortSignal): Promise<Verdict<Inspection>> {
  if (ref.host === undefined) throw hostMissing(ref.repository);
  const evidence = (verdict: string, fact: string): NonEmpty<Evidence> => [
    { rule: "image", verdict, fact, source: formatImageRef(ref), at: isoNow(ports.clock) },
  ];
  const reading = await ports.registries.details(ref, signal);
  if (reading.kind === "absent")
    return registryStop({
      outcome: "refused",
      code: "IMAGE_ABSENT",
      reason: `${formatImageRef(ref)} does not exist`,
      evidence: evidence("absent", reading.proof),
    });
  if (reading.kind === "unknown") {
    const { cause } = reading;
    if (cause.category === "auth" || cause.category === "input") throw cause;
    return registryStop({
      outcome: cause.code === "MANIFEST_SCHEMA1" ? "refused" : "unknown",
      code: cause.code,
      reason: inFull(cause),
      evidence: evidence("unknown", cause.why ?? cause.message),
    });
  }
  const { value } = reading;
  const decision = decideRevision(value);
  const said =
    decision.kind === "disagree"
      ? `platforms disagree: ${plainText(decision.seen.join(", "), 300)}`
      : `revision ${decision.kind}`;
  return go(
    describe(ref, value, decision.kind === "named" ? decision.revision : undefined),
    evidence("found", `${value.digest}, ${said}`),
  );
}

function describe(ref: ImageRef, details: ImageDetails, revision: string | undefined): Inspection {
  const platforms = details.images.flatMap((image) => (image.platform === undefined ? [] : [image.platform]));
  const { digest, mediaType } = details;
  const labels = agreed(details.images.map((image) => image.labels));
  return {
    repository: ref.repository,
    digest,
    mediaType,
    platforms,
    labels,
    ...(revision === undefined ? {} : { revision }),
  };
}

function agreed(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([key, value]) => others.every((labels) => labels[key] === value)),
  );
}
