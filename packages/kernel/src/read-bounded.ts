import { httpError } from "./http-errors.ts";
import type { HttpStream } from "./http.ts";

/** The whole body of `stream`. @throws ReleaseError `HTTP_TOO_LARGE` as soon as it exceeds `maxBytes` */
export async function readBounded(stream: HttpStream, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream.chunks()) {
    length += part.byteLength;
    if (length > maxBytes) {
      const fix = "check that the address is the right one; no honest answer there is that large";
      throw httpError("HTTP_TOO_LARGE", stream.url, ` answers with more than ${maxBytes} bytes`, fix, {
        retryable: false,
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}
