import { addField, AnswerError, type AnswerHead, parseHead } from "./answer-head.ts";

/** Takes one answer as it arrives. */
export interface AnswerSink {
  head(head: AnswerHead): void;
  /** Never empty; a part of the bytes that were read. */
  part(bytes: Buffer): void;
  end(): void;
}

/** Reads one answer from the bytes of its connection. */
export interface AnswerReader {
  /** What follows the end of the answer is ignored. @throws AnswerError; nothing can be read after it */
  read(bytes: Buffer): void;
  /** The server has closed the connection. @throws AnswerError if the answer was not complete */
  close(): void;
}

/** Status lines, fields and trailers of an answer and of interim ones before it, as Node's `maxHeaderSize`. */
const mostHeadBytes = 16_384;
/** Extensions of all chunks; no server of ours sends any. */
const mostExtensionBytes = 16_384;
const start = "HTTP/1.";
/** Size and extensions of a chunk. Source: RFC 9112 §7.1; twelve hexadecimal digits are exact as a number. */
const chunkLine =
  /^([0-9A-Fa-f]{1,12})((?:;[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*)$/;

/** What comes next: lines of a head, parts of a body, a line of the chunks, or nothing. */
type Phase = "head" | "length" | "close" | "size" | "chunk" | "chunk-end" | "trailer" | "done";

/** A reader of the answer to `method`. Interim answers (1xx) are passed over; 101, which ends HTTP, is an error. */
export function createAnswerReader(method: string, sink: AnswerSink): AnswerReader {
  let phase: Phase = "head";
  /** Begin of a line whose end has not come, in ISO 8859-1. */
  let held = "";
  let lines: string[] = [];
  let headBytes = 0;
  let extensionBytes = 0;
  /** Bytes of the body or of its chunk that are still to come. */
  let left = 0;

  const finish = (): void => {
    phase = "done";
    sink.end();
  };
  const begin = (): void => {
    const head = parseHead(lines, method);
    lines = [];
    if (head.status === 101) throw new Error("the server switches protocols");
    if (head.status < 200) return;
    const { framing } = head;
    if (framing === "chunked") phase = "size";
    else if (framing === "close") phase = "close";
    else [phase, left] = ["length", framing];
    sink.head(head);
    if (framing === 0) finish();
  };
  const readSize = (line: string): void => {
    const [, size, extensions = ""] = chunkLine.exec(line) ?? [];
    if (size === undefined) throw new AnswerError("HPE_INVALID_CHUNK_SIZE", "the size of a chunk is not valid");
    extensionBytes += extensions.length;
    if (extensionBytes > mostExtensionBytes)
      throw new AnswerError("HPE_CHUNK_EXTENSIONS_OVERFLOW", "the chunks have too many extensions");
    left = Number.parseInt(size, 16);
    phase = left === 0 ? "trailer" : "chunk";
  };
  const readLine = (line: string): void => {
    if (phase === "head") {
      if (line !== "") lines.push(line);
      else begin();
    } else if (phase === "size") readSize(line);
    else if (phase === "chunk-end") phase = "size";
    else if (line === "") finish();
    // A trailer is checked and dropped: nothing is read from one.
    else addField(new Map(), line);
  };
  /** Reads lines from `at` on, and answers where it stopped. */
  const readLines = (bytes: Buffer, from: number): number => {
    // No line is longer than a head.
    const text = bytes.toString("latin1", from, Math.min(bytes.length, from + mostHeadBytes + 1));
    let at = 0;
    while (isLines(phase)) {
      const end = text.indexOf("\n", at);
      const counted = phase === "head" || phase === "trailer";
      const line = held + text.slice(at, end === -1 ? undefined : end + 1);
      if (counted) headBytes += line.length - held.length;
      checkBegun(phase, line, lines.length, counted ? headBytes : line.length);
      if (end === -1) {
        held = line;
        return from + text.length;
      }
      if (!line.endsWith("\r\n"))
        throw new AnswerError("HPE_CR_EXPECTED", "a line of the answer does not end in CR LF");
      held = "";
      at = end + 1;
      readLine(line.slice(0, -2));
    }
    return from + at;
  };
  const readPart = (bytes: Buffer, at: number): number => {
    const end = phase === "close" ? bytes.length : Math.min(bytes.length, at + left);
    sink.part(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    if (phase === "close") return end;
    left -= end - at;
    if (left > 0) return end;
    if (phase === "chunk") phase = "chunk-end";
    else finish();
    return end;
  };
  return {
    read(bytes) {
      for (let at = 0; at < bytes.length && phase !== "done";)
        at = isLines(phase) ? readLines(bytes, at) : readPart(bytes, at);
    },
    close() {
      if (phase === "done") return;
      if (phase !== "close") throw new AnswerError("ECONNRESET", "the connection was closed before the answer ended");
      finish();
    },
  };
}

function isLines(phase: Phase): boolean {
  return phase === "head" || phase === "size" || phase === "chunk-end" || phase === "trailer";
}

/** What can be said before a line has ended. @throws AnswerError if it is no answer, or too long */
function checkBegun(phase: Phase, line: string, before: number, bytes: number): void {
  if (bytes > mostHeadBytes) throw new AnswerError("HPE_HEADER_OVERFLOW", "the headers of the answer are too long");
  if (phase === "head" && before === 0 && !start.startsWith(line.slice(0, start.length)))
    throw new AnswerError("HPE_INVALID_CONSTANT", "the answer has no status line of HTTP/1.1");
  if (phase === "chunk-end" && !"\r\n".startsWith(line))
    throw new AnswerError("HPE_STRICT", "a chunk is longer than its size");
}
