import { request } from "node:http";
import { Duplex } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAnswerReader } from "./answer-reader.ts";

/** What a client makes of the bytes of a connection that is then closed. */
type Read =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly refused: string };

interface Case {
  readonly name: string;
  readonly bytes: string;
  readonly method?: string;
}

/** By our reader, in the parts that are given. */
function ours(parts: readonly Buffer[], method = "GET"): Read {
  let head: { status: number; headers: Record<string, string> } | undefined;
  let [body, isComplete] = ["", false];
  const reader = createAnswerReader(method, {
    head: ({ status, headers }) => (head = { status, headers: Object.fromEntries(headers) }),
    part: (bytes) => (body += bytes.toString("latin1")),
    end: () => (isComplete = true),
  });
  try {
    for (const part of parts) reader.read(part);
    reader.close();
  } catch (error) {
    return { refused: (error as { readonly code?: string }).code ?? String(error) };
  }
  if (head === undefined || !isComplete) throw new Error("the reader ended without an answer and without an error");
  return { ...head, body };
}

/** By the client of Node, over a connection that is none. */
function nodes(bytes: Buffer, method = "GET"): Promise<Read> {
  const connection = new Duplex({
    read: () => undefined,
    write(_chunk, _encoding, done) {
      this.push(bytes);
      this.push(null);
      done();
    },
  });
  let isAnswered = false;
  return new Promise((resolve) => {
    const refuse = (error: unknown) =>
      resolve({ refused: (error as { readonly code?: string }).code ?? String(error) });
    const sent = request({ method, createConnection: () => connection as never, headers: { connection: "close" } });
    sent.on("error", refuse).on("response", (answer) => {
      isAnswered = true;
      const headers = new Map<string, string>();
      for (let at = 0; at < answer.rawHeaders.length; at += 2) {
        const [name = "", value = ""] = answer.rawHeaders.slice(at);
        const key = name.toLowerCase();
        const before = headers.get(key);
        headers.set(key, before === undefined ? value : `${before}, ${value}`);
      }
      let body = "";
      answer
        .on("data", (part: Buffer) => (body += part.toString("latin1")))
        .on("error", refuse)
        .on("end", () => resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body }));
    });
    sent.on("close", () => isAnswered || resolve({ refused: "no answer" }));
    sent.end();
  });
}

const fields = (...lines: string[]) => ["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n");
const chunked = (rest: string) => fields("Transfer-Encoding: chunked") + rest;

/** Answers that both read, and read alike. */
const good: readonly (Case & { readonly status?: number; readonly body?: string })[] = [
  { name: "with a length", bytes: `${fields("Content-Length: 2")}ok` },
  { name: "in HTTP/1.0", bytes: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok" },
  { name: "until the connection is closed", bytes: `${fields()}ok` },
  { name: "without a body until then", bytes: fields(), body: "" },
  { name: "of length 0", bytes: fields("Content-Length: 0"), body: "" },
  { name: "without a reason", bytes: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok" },
  { name: "with an empty reason", bytes: "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok" },
  { name: "with a reason in ISO 8859-1", bytes: "HTTP/1.1 200 d\xe9j\xe0\r\nContent-Length: 2\r\n\r\nok" },
  { name: "with an unknown status", bytes: "HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\nok", status: 799 },
  { name: "with blanks around values", bytes: `${fields("X: \t a b \t ", "Content-Length:2  ")}ok` },
  { name: "with an empty value", bytes: `${fields("X:", "Y: ", "Content-Length: 2")}ok` },
  { name: "with every character of a name", bytes: `${fields("!#$%&'*+.^_`|~-09AZaz: 1", "Content-Length: 2")}ok` },
  { name: "with colons in a value", bytes: `${fields("X: a:b:c", "Content-Length: 2")}ok` },
  { name: "with values in ISO 8859-1", bytes: `${fields("X: caf\xe9 \xa0", "Content-Length: 2")}ok` },
  { name: "with a field that comes twice", bytes: `${fields("X: a", "x: b", "Content-Length: 2")}ok` },
  { name: "named like a property of objects", bytes: `${fields("constructor: a", "Content-Length: 2")}ok` },
  { name: "in one chunk", bytes: chunked("2\r\nok\r\n0\r\n\r\n") },
  { name: "in several chunks", bytes: chunked("1\r\no\r\n1\r\nk\r\n000\r\n\r\n") },
  { name: "with a size in capitals", bytes: chunked(`00A\r\n${"x".repeat(10)}\r\n0\r\n\r\n`), body: "x".repeat(10) },
  { name: "in chunks of none", bytes: chunked("0\r\n\r\n"), body: "" },
  { name: "in chunks with extensions", bytes: chunked('2;a;b=c;d="e f"\r\nok\r\n0;z\r\n\r\n') },
  { name: "in chunks with trailers", bytes: chunked("2\r\nok\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n") },
  { name: "in CHUNKED", bytes: `${fields("Transfer-Encoding: CHUNKED")}2\r\nok\r\n0\r\n\r\n` },
  { name: "after 100", bytes: `HTTP/1.1 100 Continue\r\n\r\n${fields("Content-Length: 2")}ok` },
  {
    name: "after 103 twice",
    bytes: `${"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(2)}${fields("Content-Length: 2")}ok`,
  },
  { name: "to HEAD", method: "HEAD", bytes: fields("Content-Length: 900"), body: "" },
  { name: "to HEAD, in chunks", method: "HEAD", bytes: fields("Transfer-Encoding: chunked"), body: "" },
  { name: "of 204", bytes: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, body: "" },
  { name: "of 304", bytes: 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', status: 304, body: "" },
  { name: "with a body that looks like a head", bytes: `${fields("Content-Length: 4")}\r\n\r\n`, body: "\r\n\r\n" },
  { name: "of every byte", bytes: fields("Content-Length: 256") + allBytes(), body: allBytes() },
];

/** Answers that are cut off, odd or ambiguous; both refuse them. */
const refused: readonly (Case & { readonly code: string })[] = [
  { name: "no byte", bytes: "", code: "ECONNRESET" },
  { name: "half a status line", bytes: "HTTP/1.", code: "ECONNRESET" },
  { name: "a head without its end", bytes: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", code: "ECONNRESET" },
  { name: "an interim answer alone", bytes: "HTTP/1.1 100 Continue\r\n\r\n", code: "ECONNRESET" },
  { name: "less than its length", bytes: `${fields("Content-Length: 3")}ok`, code: "ECONNRESET" },
  { name: "chunks without the last", bytes: chunked("2\r\nok\r\n"), code: "ECONNRESET" },
  { name: "half a chunk", bytes: chunked("3\r\nok"), code: "ECONNRESET" },
  { name: "chunks without the last empty line", bytes: chunked("2\r\nok\r\n0\r\n"), code: "ECONNRESET" },
  { name: "a banner of SSH", bytes: "SSH-2.0-x\r\n", code: "HPE_INVALID_CONSTANT" },
  { name: "frames of HTTP/2", bytes: "\0\0\x12\x04\0\0\0\0\0", code: "HPE_INVALID_CONSTANT" },
  { name: "TLS", bytes: "\x15\x03\x01\0\x02\x02\x46", code: "HPE_INVALID_CONSTANT" },
  { name: "a page without a head", bytes: "<html></html>", code: "HPE_INVALID_CONSTANT" },
  { name: "HTTP/3.0", bytes: "HTTP/3.0 200 OK\r\n\r\n", code: "HPE_INVALID_CONSTANT" },
  { name: "a small protocol name", bytes: "http/1.1 200 OK\r\n\r\n", code: "HPE_INVALID_CONSTANT" },
  { name: "a status of two digits", bytes: "HTTP/1.1 20 OK\r\n\r\n", code: "HPE_INVALID_CONSTANT" },
  { name: "a status of four digits", bytes: "HTTP/1.1 2000 OK\r\n\r\n", code: "HPE_INVALID_CONSTANT" },
  { name: "a status of letters", bytes: "HTTP/1.1 abc OK\r\n\r\n", code: "HPE_INVALID_CONSTANT" },
  { name: "two blanks before the status", bytes: "HTTP/1.1  200 OK\r\n\r\n", code: "HPE_INVALID_CONSTANT" },
  { name: "lines that end in LF", bytes: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", code: "HPE_CR_EXPECTED" },
  { name: "one line that ends in LF", bytes: "HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok", code: "HPE_CR_EXPECTED" },
  {
    name: "a bare CR in a value",
    bytes: `${fields("X: a\rb", "Content-Length: 2")}ok`,
    code: "HPE_INVALID_HEADER_TOKEN",
  },
  { name: "a folded line", bytes: `${fields("X: a", " b", "Content-Length: 2")}ok`, code: "HPE_INVALID_HEADER_TOKEN" },
  {
    name: "a first line that is folded",
    bytes: `${fields(" X: a", "Content-Length: 2")}ok`,
    code: "HPE_INVALID_HEADER_TOKEN",
  },
  { name: "a blank before the colon", bytes: `${fields("Content-Length : 2")}ok`, code: "HPE_INVALID_HEADER_TOKEN" },
  { name: "no name", bytes: `${fields(": a", "Content-Length: 2")}ok`, code: "HPE_INVALID_HEADER_TOKEN" },
  { name: "no colon", bytes: `${fields("X", "Content-Length: 2")}ok`, code: "HPE_INVALID_HEADER_TOKEN" },
  { name: "NUL in a value", bytes: `${fields("X: a\0", "Content-Length: 2")}ok`, code: "HPE_INVALID_HEADER_TOKEN" },
  { name: "NUL in a name", bytes: `${fields("X\0: a", "Content-Length: 2")}ok`, code: "HPE_INVALID_HEADER_TOKEN" },
  { name: "DEL in a value", bytes: `${fields("X: a\x7f", "Content-Length: 2")}ok`, code: "HPE_INVALID_HEADER_TOKEN" },
  {
    name: "a name in ISO 8859-1",
    bytes: `${fields("caf\xe9: a", "Content-Length: 2")}ok`,
    code: "HPE_INVALID_HEADER_TOKEN",
  },
  {
    name: "two lengths",
    bytes: `${fields("Content-Length: 2", "Content-Length: 3")}okx`,
    code: "HPE_INVALID_CONTENT_LENGTH",
  },
  {
    name: "the same length twice",
    bytes: `${fields("Content-Length: 2", "Content-Length: 2")}ok`,
    code: "HPE_INVALID_CONTENT_LENGTH",
  },
  { name: "a list of lengths", bytes: `${fields("Content-Length: 2, 2")}ok`, code: "HPE_INVALID_CONTENT_LENGTH" },
  { name: "a negative length", bytes: `${fields("Content-Length: -2")}ok`, code: "HPE_INVALID_CONTENT_LENGTH" },
  { name: "a signed length", bytes: `${fields("Content-Length: +2")}ok`, code: "HPE_INVALID_CONTENT_LENGTH" },
  { name: "a length with a unit", bytes: `${fields("Content-Length: 2b")}ok`, code: "HPE_INVALID_CONTENT_LENGTH" },
  { name: "an empty length", bytes: `${fields("Content-Length:")}ok`, code: "HPE_INVALID_CONTENT_LENGTH" },
  {
    name: "a length beyond all numbers",
    bytes: `${fields(`Content-Length: ${"9".repeat(30)}`)}ok`,
    code: "HPE_INVALID_CONTENT_LENGTH",
  },
  {
    name: "length and chunks",
    bytes: `${fields("Content-Length: 2", "Transfer-Encoding: chunked")}2\r\nok\r\n0\r\n\r\n`,
    code: "HPE_INVALID_TRANSFER_ENCODING",
  },
  {
    name: "chunks and length",
    bytes: `${fields("Transfer-Encoding: chunked", "Content-Length: 2")}2\r\nok\r\n0\r\n\r\n`,
    code: "HPE_INVALID_TRANSFER_ENCODING",
  },
  { name: "a size of a chunk that is none", bytes: chunked("x\r\nok\r\n0\r\n\r\n"), code: "HPE_INVALID_CHUNK_SIZE" },
  { name: "a size with letters after it", bytes: chunked("2zz\r\nok\r\n0\r\n\r\n"), code: "HPE_INVALID_CHUNK_SIZE" },
  { name: "a size in C's way", bytes: chunked("0x2\r\nok\r\n0\r\n\r\n"), code: "HPE_INVALID_CHUNK_SIZE" },
  { name: "a negative size", bytes: chunked("-2\r\nok\r\n0\r\n\r\n"), code: "HPE_INVALID_CHUNK_SIZE" },
  { name: "an empty size", bytes: chunked("\r\nok\r\n0\r\n\r\n"), code: "HPE_INVALID_CHUNK_SIZE" },
  { name: "a blank after a size", bytes: chunked("2 \r\nok\r\n0\r\n\r\n"), code: "HPE_INVALID_CHUNK_SIZE" },
  {
    name: "a size beyond all numbers",
    bytes: chunked(`${"f".repeat(17)}\r\nok\r\n0\r\n\r\n`),
    code: "HPE_INVALID_CHUNK_SIZE",
  },
  { name: "a size that ends in LF", bytes: chunked("2\nok\r\n0\r\n\r\n"), code: "HPE_CR_EXPECTED" },
  { name: "a chunk that is longer than its size", bytes: chunked("2\r\nokay\r\n0\r\n\r\n"), code: "HPE_STRICT" },
  { name: "a chunk that ends in LF", bytes: chunked("2\r\nok\n0\r\n\r\n"), code: "HPE_STRICT" },
  {
    name: "a control character in an extension",
    bytes: chunked("2;a=\0\r\nok\r\n0\r\n\r\n"),
    code: "HPE_INVALID_CHUNK_SIZE",
  },
  {
    name: "a trailer that is no field",
    bytes: chunked("2\r\nok\r\n0\r\nX y\r\n\r\n"),
    code: "HPE_INVALID_HEADER_TOKEN",
  },
  {
    name: "a head of 16 KiB",
    bytes: `${fields(`X: ${"a".repeat(16_384)}`, "Content-Length: 2")}ok`,
    code: "HPE_HEADER_OVERFLOW",
  },
  { name: "a line without an end", bytes: `HTTP/1.1 200 OK\r\nX: ${"a".repeat(70_000)}`, code: "HPE_HEADER_OVERFLOW" },
  {
    name: "an interim answer in HTTP/1.0",
    bytes: `HTTP/1.0 103 Early Hints\r\n\r\n${fields("Content-Length: 2")}ok`,
    code: "HPE_UNEXPECTED_CONTENT_LENGTH",
  },
  {
    name: "an interim answer that is the last",
    bytes: `HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n${fields("Content-Length: 2")}ok`,
    code: "HPE_UNEXPECTED_CONTENT_LENGTH",
  },
];

/** Node reads these (the ends of lines do not count in its 16 KiB). They are not what was asked for, or other clients read them in another way, so that they are refused here. */
const stricter: readonly (Case & { readonly code: string })[] = [
  { name: "another coding", bytes: `${fields("Transfer-Encoding: gzip")}ok`, code: "HPE_INVALID_TRANSFER_ENCODING" },
  {
    name: "two codings",
    bytes: `${fields("Transfer-Encoding: gzip, chunked")}2\r\nok\r\n0\r\n\r\n`,
    code: "HPE_INVALID_TRANSFER_ENCODING",
  },
  {
    name: "chunks in HTTP/1.0",
    bytes: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    code: "HPE_INVALID_TRANSFER_ENCODING",
  },
  {
    name: "16 KiB of small fields",
    bytes: `${fields(...Array.from({ length: 5_000 }, () => "a:"), "Content-Length: 2")}ok`,
    code: "HPE_HEADER_OVERFLOW",
  },
  { name: "HTTP/2.0 in words", bytes: "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", code: "HPE_INVALID_CONSTANT" },
  { name: "HTTP/0.9 in words", bytes: "HTTP/0.9 200 OK\r\nContent-Length: 2\r\n\r\nok", code: "HPE_INVALID_CONSTANT" },
  {
    name: "empty lines before the head",
    bytes: `\r\n\r\n${fields("Content-Length: 2")}ok`,
    code: "HPE_INVALID_CONSTANT",
  },
  {
    name: "NUL in the reason",
    bytes: "HTTP/1.1 200 O\0K\r\nContent-Length: 2\r\n\r\nok",
    code: "HPE_INVALID_CONSTANT",
  },
];

function allBytes(): string {
  return Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1");
}

const whole = ({ bytes }: Case) => Buffer.from(bytes, "latin1");

describe("an answer", () => {
  test.each(good)("$name is read as Node reads it", async (known) => {
    const read = ours([whole(known)], known.method);
    expect(read).toMatchObject({ status: known.status ?? 200, body: known.body ?? "ok" });
    expect(await nodes(whole(known), known.method)).toEqual(read);
  });

  test.each(refused)("of $name is refused, as by Node", async (known) => {
    expect(ours([whole(known)])).toEqual({ refused: known.code });
    expect(await nodes(whole(known))).toHaveProperty("refused");
  });

  test.each(stricter)("of $name is refused, although Node reads it", async (known) => {
    expect(ours([whole(known)])).toEqual({ refused: known.code });
    expect(await nodes(whole(known))).toHaveProperty("status");
  });

  test.each(["Content-Length: 0", "Content-Length: 9", "Transfer-Encoding: chunked"])(
    "that comes after an interim one with %s is refused: one may be read for the other",
    (field) => {
      const bytes = Buffer.from(`HTTP/1.1 103 Early Hints\r\n${field}\r\n\r\n${fields("Content-Length: 2")}ok`);
      expect(ours([bytes])).toEqual({ refused: "HPE_UNEXPECTED_CONTENT_LENGTH" });
    },
  );

  // RFC 9110 §15.4.5 and §6.4.1: the length is that of the body which 200 would have; Node waits for it.
  test.each([
    ["304 with the length of what was not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304],
    ["204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", 204],
  ])("of %s has no body", (_, bytes, status) => {
    expect(ours([Buffer.from(bytes)])).toMatchObject({ status, body: "" });
  });

  test.each([good, refused, stricter].flat().filter(({ bytes }) => bytes.length < 2_000))(
    "of $name is the same in whatever parts it arrives",
    (known) => {
      const bytes = whole(known);
      const expected = ours([bytes], known.method);
      expect(
        ours(
          Array.from(bytes, (byte) => Buffer.of(byte)),
          known.method,
        ),
      ).toEqual(expected);
      fc.assert(
        fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
          const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
          const parts = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
          expect(ours(parts, known.method)).toEqual(expected);
        }),
        { numRuns: 30 },
      );
    },
  );

  test("that is cut off anywhere is refused, unless only its connection ends it", () => {
    for (const known of good.filter(({ name }) => !name.includes("until"))) {
      const bytes = whole(known);
      for (let end = 0; end < bytes.length; end++)
        expect(ours([bytes.subarray(0, end)], known.method), `${known.name} ${end}`).toEqual({ refused: "ECONNRESET" });
    }
  });

  test("that a byte or two were changed in is refused, or read as Node reads it", async () => {
    const odd = fc.oneof(fc.constantFrom(0, 9, 10, 13, 32, 44, 48, 58, 59, 102), fc.nat(255));
    const change = fc.record({ at: fc.nat(300), byte: odd, how: fc.constantFrom("replace", "insert", "remove") });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...good.filter(({ method, bytes }) => method === undefined && bytes.length < 300)),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        async (known, changes) => {
          const bytes = [...whole(known)];
          for (const { at, byte, how } of changes)
            bytes.splice(at % bytes.length, how === "insert" ? 0 : 1, ...(how === "remove" ? [] : [byte]));
          const read = ours([Buffer.from(bytes)]);
          if ("refused" in read) return;
          const other = await nodes(Buffer.from(bytes));
          // What follows the end of an answer is an error to Node, and never read here: the connection has no second answer.
          if ("refused" in other && isFollowed(bytes)) return;
          expect(other).toEqual(read);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test("is refused as soon as it can be, not when its connection ends", () => {
    for (const begin of [
      "S",
      "\0",
      "HTTP/2",
      "HTTP/1.1 200 OK\n",
      "HTTP/1.1 200 OK\r\nX\r\n\r\n",
      chunked("2\r\nokX"),
    ]) {
      const reader = createAnswerReader("GET", { head: () => undefined, part: () => undefined, end: () => undefined });
      expect(() => reader.read(Buffer.from(begin)), JSON.stringify(begin)).toThrow(/./);
    }
  });

  test("that goes on for ever is refused: interim answers, extensions, trailers", () => {
    const endless = [
      ["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "", "HPE_HEADER_OVERFLOW"],
      [`1;${"a".repeat(100)}\r\nx\r\n`, chunked(""), "HPE_CHUNK_EXTENSIONS_OVERFLOW"],
      ["X: a\r\n", chunked("0\r\n"), "HPE_HEADER_OVERFLOW"],
    ] as const;
    for (const [again, first, code] of endless)
      expect(ours([first, ...Array.from({ length: 5_000 }, () => again)].map((text) => Buffer.from(text)))).toEqual({
        refused: code,
      });
  });

  test("that switches protocols is none", () => {
    const bytes = Buffer.from("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    expect(ours([bytes])).toEqual({ refused: "Error: the server switches protocols" });
  });

  test("is read in a time that grows with its length, whatever it is made of", () => {
    const long = [
      fields(`X: ${" ".repeat(16_000)}`, "Content-Length: 2"),
      fields(`X: a${" \t".repeat(8_000)}b`, "Content-Length: 2"),
      chunked(`2;${"a;".repeat(8_000)}`),
      chunked(`2;a="${"\\a".repeat(8_000)}`),
    ];
    const started = process.cpuUsage();
    for (const text of long) ours(Array.from(Buffer.from(text), (byte) => Buffer.of(byte)));
    const { user } = process.cpuUsage(started);
    expect(user / 1_000).toBeLessThan(1_500);
  });
});

/** Whether bytes come after the end of the first answer. */
function isFollowed(bytes: readonly number[]): boolean {
  for (let length = 1; length < bytes.length; length++) {
    let isComplete = false;
    const reader = createAnswerReader("GET", {
      head: () => undefined,
      part: () => undefined,
      end: () => (isComplete = true),
    });
    reader.read(Buffer.from(bytes.slice(0, length)));
    if (isComplete) return true;
  }
  return false;
}
