/** How the end of a body is found; a number is its length in bytes. Source: RFC 9112 §6.3. */
export type Framing = "chunked" | "close" | number;

/** Status and fields of an answer, and how its body ends. */
export interface AnswerHead {
  readonly status: number;
  /** By names in lower case; fields of the same name are joined as `fetch` joins them. */
  readonly headers: ReadonlyMap<string, string>;
  readonly framing: Framing;
}

/** An answer that is no HTTP/1.1, or can be read in two ways; `code` is what Node's parser says of the same fault. */
export class AnswerError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "AnswerError";
    this.code = code;
  }
}

const [tab, space] = [0x09, 0x20] as const;
/** Source: RFC 9112 §4. HTTP/0.9 has no status line, and an answer of HTTP/2 comes in frames. */
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** Source: RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Source: RFC 9110 §5.5, in ISO 8859-1. */
const value = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Fifteen digits are exact as a number. */
const length = /^\d{1,15}$/;

/** Whether `name` and `text` can be a field; neither can end a line. */
export function isField(name: string, text: string): boolean {
  return token.test(name) && value.test(text);
}

/**
 * Head of an answer from its lines, without their ends and without the empty one. What could be read in two ways is refused, also where
 * recipients are allowed to repair it: who reads it the other way may stand in between (RFC 9112 §11).
 *
 * @throws AnswerError
 */
export function parseHead(lines: readonly string[], method: string): AnswerHead {
  const [, minor, code] = statusLine.exec(lines[0] ?? "") ?? [];
  if (code === undefined) throw new AnswerError("HPE_INVALID_CONSTANT", "the answer has no status line of HTTP/1.1");
  const status = Number(code);
  const headers = new Map<string, string>();
  for (let at = 1; at < lines.length; at++) addField(headers, lines[at] ?? "");
  const framing = framingOf(headers, minor === "0");
  // An interim answer has no body, and more than fields to come: HTTP/1.0 has none, and a length or an end would be that of another.
  if (status < 200 && (minor === "0" || framing !== "close" || /\bclose\b/i.test(headers.get("connection") ?? "")))
    throw new AnswerError("HPE_UNEXPECTED_CONTENT_LENGTH", "an interim answer says that it ends");
  const isBodiless = method === "HEAD" || status < 200 || status === 204 || status === 304;
  return { status, headers, framing: isBodiless ? 0 : framing };
}

/** Adds the field of `line`. @throws AnswerError if it is none, or continues the line before */
export function addField(headers: Map<string, string>, line: string): void {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  const text = trimmed(line, colon + 1);
  if (!isField(name, text)) throw new AnswerError("HPE_INVALID_HEADER_TOKEN", "a header of the answer is not valid");
  const key = name.toLowerCase();
  const before = headers.get(key);
  headers.set(key, before === undefined ? text : `${before}, ${text}`);
}

/** Without blanks at both ends. `trim` takes more away than HTTP does, and a pattern takes the square of their number. */
function trimmed(line: string, from: number): string {
  let [start, end] = [from, line.length];
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

function framingOf(headers: ReadonlyMap<string, string>, isHttp10: boolean): Framing {
  const coding = headers.get("transfer-encoding");
  const size = headers.get("content-length");
  if (coding !== undefined) {
    // Of all codings `chunked` alone is asked for, and HTTP/1.0 has none (RFC 9112 §6.1).
    if (size !== undefined || isHttp10 || coding.toLowerCase() !== "chunked")
      throw new AnswerError("HPE_INVALID_TRANSFER_ENCODING", "how the body of the answer ends is not clear");
    return "chunked";
  }
  if (size === undefined) return "close";
  if (!length.test(size)) throw new AnswerError("HPE_INVALID_CONTENT_LENGTH", "the length of the answer is not clear");
  return Number(size);
}
