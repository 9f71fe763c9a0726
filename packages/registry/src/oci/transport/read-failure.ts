import type { HttpStream } from "@lateen/kernel";
import { bodyLimits } from "../../policy.ts";
import type { FailedAnswer } from "./answer-error.ts";
import type { OciRequest } from "./exchange.ts";

/** An unsuccessful answer, with the start of its body read and the rest dropped. */
export async function readFailure(stream: HttpStream, request: OciRequest): Promise<FailedAnswer> {
  const { method, need, writes } = request;
  const contentType = stream.header("content-type");
  // A HEAD has no body to recognise a web page by, but its type does.
  const isPage = method === "HEAD" && /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? "");
  const body = isPage ? "<html>" : await readStart(stream, bodyLimits.error);
  const { status, url } = stream;
  const { repository, actions: action } = need;
  return { status, url, body, contentType, retryAfter: stream.header("retry-after"), writes, repository, action };
}

async function readStart(stream: HttpStream, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of stream.chunks()) {
      parts.push(part);
      length += part.byteLength;
      if (length >= maxBytes) break;
    }
  } catch {
    // The status has arrived; a body that breaks off adds nothing.
  }
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, maxBytes));
}
