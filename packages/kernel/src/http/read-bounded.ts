import { httpError } from "./http-errors.ts";
import type { HttpStream } from "./http.ts";
import type { ReleaseError } from "../vocabulary/release-error.ts";

/** The whole body of `stream`. @throws ReleaseError `HTTP_TOO_LARGE` as soon as it exceeds `maxBytes` */
export async function readBounded(stream: HttpStream, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream.chunks()) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLarge(stream.url, maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

/** The error of a body of more than `maxBytes`; `url` is fit to be shown. */
export function tooLarge(url: string, maxBytes: number): ReleaseError {
  const message = ` answers with more than ${maxBytes} bytes`;
  const fix = "check that the address is the right one; no honest answer there is that large";
  return httpError(url, { code: "HTTP_TOO_LARGE", message, fix, retryable: false });
}
