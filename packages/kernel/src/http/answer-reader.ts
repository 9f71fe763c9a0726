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
  return new Reader(method, sink);
}

/** A class, since a sweep makes one for each request: its methods are made once. */
class Reader implements AnswerReader {
  readonly #method: string;
  readonly #sink: AnswerSink;
  #phase: Phase = "head";
  /** Begin of a line whose end has not come, in ISO 8859-1. */
  #held = "";
  #lines: string[] = [];
  #headBytes = 0;
  #extensionBytes = 0;
  /** Bytes of the body or of its chunk that are still to come. */
  #left = 0;

  constructor(method: string, sink: AnswerSink) {
    this.#method = method;
    this.#sink = sink;
  }

  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && this.#phase !== "done";)
      at = isLines(this.#phase) ? this.#readLines(bytes, at) : this.#readPart(bytes, at);
  }

  close(): void {
    if (this.#phase === "done") return;
    if (this.#phase !== "close")
      throw new AnswerError("ECONNRESET", "the connection was closed before the answer ended");
    this.#finish();
  }

  /** Reads lines from `from` on, and answers where it stopped. */
  #readLines(bytes: Buffer, from: number): number {
    // No line is longer than a head.
    const text = bytes.toString("latin1", from, Math.min(bytes.length, from + mostHeadBytes + 1));
    let at = 0;
    while (isLines(this.#phase)) {
      const end = text.indexOf("\n", at);
      const isCounted = this.#phase === "head" || this.#phase === "trailer";
      const line = this.#held + text.slice(at, end === -1 ? undefined : end + 1);
      if (isCounted) this.#headBytes += line.length - this.#held.length;
      checkBegun(this.#phase, line, this.#lines.length, isCounted ? this.#headBytes : line.length);
      this.#held = end === -1 ? line : "";
      if (end === -1) return from + text.length;
      if (!line.endsWith("\r\n"))
        throw new AnswerError("HPE_CR_EXPECTED", "a line of the answer does not end in CR LF");
      at = end + 1;
      this.#readLine(line.slice(0, -2));
    }
    return from + at;
  }

  #readLine(line: string): void {
    if (this.#phase === "head") {
      if (line !== "") this.#lines.push(line);
      else this.#begin();
    } else if (this.#phase === "size") this.#readSize(line);
    else if (this.#phase === "chunk-end") this.#phase = "size";
    else if (line === "") this.#finish();
    // A trailer is checked and dropped: nothing is read from one.
    else addField(new Map(), line);
  }

  #begin(): void {
    const head = parseHead(this.#lines, this.#method);
    this.#lines = [];
    if (head.status === 101) throw new Error("the server switches protocols");
    if (head.status < 200) return;
    const { framing } = head;
    if (framing === "chunked") this.#phase = "size";
    else if (framing === "close") this.#phase = "close";
    else [this.#phase, this.#left] = ["length", framing];
    this.#sink.head(head);
    if (framing === 0) this.#finish();
  }

  #readSize(line: string): void {
    const [, size, extensions = ""] = chunkLine.exec(line) ?? [];
    if (size === undefined) throw new AnswerError("HPE_INVALID_CHUNK_SIZE", "the size of a chunk is not valid");
    this.#extensionBytes += extensions.length;
    if (this.#extensionBytes > mostExtensionBytes)
      throw new AnswerError("HPE_CHUNK_EXTENSIONS_OVERFLOW", "the chunks have too many extensions");
    this.#left = Number.parseInt(size, 16);
    this.#phase = this.#left === 0 ? "trailer" : "chunk";
  }

  #readPart(bytes: Buffer, at: number): number {
    const isOpen = this.#phase === "close";
    const end = isOpen ? bytes.length : Math.min(bytes.length, at + this.#left);
    this.#sink.part(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    if (isOpen) return end;
    this.#left -= end - at;
    if (this.#left > 0) return end;
    if (this.#phase === "chunk") this.#phase = "chunk-end";
    else this.#finish();
    return end;
  }

  #finish(): void {
    this.#phase = "done";
    this.#sink.end();
  }
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
