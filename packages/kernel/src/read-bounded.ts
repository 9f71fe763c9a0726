import type { HttpStream } from "./http.ts";
import { ReleaseError } from "./release-error.ts";

/** The whole body of `stream`. @throws ReleaseError `HTTP_TOO_LARGE` as soon as it exceeds `maxBytes` */
export async function readBounded(stream: HttpStream, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream.chunks()) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLarge(stream.url, maxBytes);
    parts.push(part);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
}

function tooLarge(url: string, maxBytes: number): ReleaseError {
  return new ReleaseError({
    code: "HTTP_TOO_LARGE",
    category: "unavailable",
    retryable: false,
    message: `the answer is larger than ${maxBytes} bytes`,
    why: url,
    fix: "check that the address is the right one; no honest answer there is that large",
  });
}
