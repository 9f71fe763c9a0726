import { type ImageRef, parseImageRef, plainText } from "@lateen/kernel";
import { cliError } from "../config/errors.ts";

/** Reads a reference that names its registry; `alpine` does not. @throws ReleaseError `IMAGE_REF_INVALID`, `IMAGE_HOST_MISSING` */
export function parseRegistryRef(text: string): ImageRef {
  const ref = parseImageRef(text);
  if (ref.host !== undefined) return ref;
  throw cliError("IMAGE_HOST_MISSING", "input", {
    message: `${JSON.stringify(plainText(text, 80))} names no registry`,
    fix: "write the host in front, such as ghcr.io/acme/platform:latest; no registry is assumed",
  });
}
