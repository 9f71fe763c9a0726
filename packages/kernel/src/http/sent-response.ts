import type { Readable } from "node:stream";

/** The part of a `fetch` response that lateen reads. */
export interface SentResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: SentBody | null;
}

/** The part of a `ReadableStream` that lateen reads with. */
export interface SentBody {
  getReader(): { read(): Promise<{ readonly value?: Uint8Array | undefined }>; cancel(): Promise<unknown> };
  /** All parts of the body, instead of a reader; no answer if it is longer than `maxBytes`, and then the connection is ended. */
  readWhole?(maxBytes: number): Promise<readonly Uint8Array[] | undefined>;
}

/** The part of an answer of undici that is read. */
export interface UndiciResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** The body of an answer as it came, which has one reader. */
export interface RawBody {
  readonly parts: AsyncIterable<Uint8Array>;
  readWhole(maxBytes: number): Promise<readonly Uint8Array[] | undefined>;
  /** Ends the connection. */
  destroy(): void;
}

/** An answer of undici to `method` as `fetch` gives it. */
export function asFetched({ statusCode, headers, body }: UndiciResponse, method: string): SentResponse {
  // A stream that breaks off unread, or because it is dropped, would end the process; a reader gets the error anyway.
  body.on("error", () => undefined);
  const valueOf = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === "object" ? value.join(", ") : value;
  };
  const readWhole = (maxBytes: number) => collect(body, maxBytes);
  return asSent(statusCode, valueOf, { parts: body, readWhole, destroy: () => void body.destroy() }, method);
}

/** An answer to `method` as `fetch` gives it; `valueOf` gets names in lower case. */
export function asSent(
  status: number,
  valueOf: (name: string) => string | undefined,
  body: RawBody,
  method: string,
): SentResponse {
  const get = (name: string): string | null => valueOf(name.toLowerCase()) || null;
  // No bytes are no gzip: unpacking them would be an error (RFC 9110 §9.3.2, §15.3.5, §15.4.5).
  const encoding = method === "HEAD" || status === 204 || status === 304 ? null : get("content-encoding");
  const getReader = () => {
    const chunks: AsyncIterator<Uint8Array> = (encoding ? decoded(body.parts, encoding) : body.parts)[
      Symbol.asyncIterator
    ]();
    return { read: () => chunks.next(), cancel: async () => body.destroy() };
  };
  return {
    status,
    headers: { get },
    body: encoding ? { getReader } : { getReader, readWhole: (maxBytes) => body.readWhole(maxBytes) },
  };
}

/** One promise for a body, where an iterator makes several for each of its parts. */
function collect(body: Readable, maxBytes: number): Promise<readonly Uint8Array[] | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    body.on("data", (part: Uint8Array) => {
      length += part.byteLength;
      if (length <= maxBytes) return void parts.push(part);
      resolve(undefined);
      body.destroy();
    });
    body.once("end", () => resolve(parts)).once("error", reject);
    body.once("close", () => body.readableEnded || reject(new Error("the connection was closed")));
  });
}

/** No compressed body is asked for, but some servers send one all the same; its reader bounds it. */
async function* decoded(
  body: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { pipeline } = await import("node:stream");
  const { createBrotliDecompress, createGunzip, createInflate } = await import("node:zlib");
  const known = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress };
  const create = known[encoding.toLowerCase() as keyof typeof known];
  yield* create === undefined ? body : pipeline(body, create(), () => undefined);
}
