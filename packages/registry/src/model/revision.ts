import { absent, found, type ImageRef, plainText, type Reading, unknown } from "@lateen/kernel";
import { decideRevision, revisionKey } from "./decide-revision.ts";
import { integrityError, registryError } from "../errors.ts";
import type { ImageDetails } from "./registry.ts";

/** The commit of an image whose manifests and configs were all read. */
export function revisionOf(ref: ImageRef, details: Reading<ImageDetails>): Reading<string> {
  if (details.kind !== "found") return details;
  const decision = decideRevision(details.value);
  switch (decision.kind) {
    case "named":
      return found(decision.revision);
    case "unnamed":
      return absent(`no annotation and no config of ${ref.repository}@${details.value.digest} has ${revisionKey}`);
    case "no-image":
      return unknown(
        integrityError("MANIFEST_UNREADABLE", "the index lists no image of a real platform", ref.repository),
      );
    case "disagree":
      return unknown(
        registryError("REVISION_DISAGREES", "state", {
          message: `the platforms of ${ref.repository}@${details.value.digest} were built from different commits`,
          why: plainText(decision.seen.join(", "), 400),
          fix: "build and push all platforms of the image from one commit",
        }),
      );
  }
}
