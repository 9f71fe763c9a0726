import { isField } from "./answer-head.ts";
import type { SendInit } from "./sender.ts";

/** A request that cannot be written; it says nothing of its values, which may be secret. */
function invalid(): TypeError {
  return new TypeError("the request cannot be written in HTTP/1.1");
}

/** Written here, or about a connection that has more than one request. */
const own = new Set(["connection", "content-length"]);
const refused = new Set(["expect", "keep-alive", "transfer-encoding", "upgrade"]);
/** Their content may be empty, and its length is then said. Source: RFC 9110 §8.6. */
const withContent = /^(?:PATCH|POST|PUT)$/;

/**
 * One request and its body in bytes, or as text in ISO 8859-1 if it has no body; the last one of its connection.
 * @throws TypeError if the method, the path or a header cannot be written
 */
export function writeRequest(url: URL, { method, headers, body }: Pick<SendInit, "method" | "headers" | "body">) {
  const path = url.pathname + url.search;
  // The rule of header names is that of methods, and no address has an end of a line.
  if (!isField(method, path) || !/^https?:$/.test(url.protocol)) throw invalid();
  let [hasHost, fields] = [false, ""];
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (refused.has(key) || !isField(name, value)) throw invalid();
    hasHost ||= key === "host";
    if (!own.has(key)) fields += `${name}: ${value}\r\n`;
  }
  const host = hasHost ? "" : `host: ${url.host}\r\n`;
  const bytes = contentOf(body);
  const length = bytes !== undefined || withContent.test(method) ? `content-length: ${bytes?.byteLength ?? 0}\r\n` : "";
  const head = `${method} ${path} HTTP/1.1\r\n${host}connection: close\r\n${fields}${length}\r\n`;
  return bytes === undefined ? head : Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}

function contentOf(body: SendInit["body"]): Uint8Array | undefined {
  if (typeof body === "string") return Buffer.from(body);
  if (body === undefined || body instanceof Uint8Array) return body;
  throw invalid();
}
