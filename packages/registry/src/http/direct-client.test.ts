import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer as createPlain, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer as createSecure } from "node:tls";
import { gzipSync } from "node:zlib";
import { createHttp, type HttpStream } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { makeCertificate } from "../testing/certificate.ts";
import { senderOf } from "./sender.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

const bytes = randomBytes(5_000_000);
const head = (length: number, more = "") => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n${more}\r\n`;

/** How a server may answer with the same bytes. */
const answers: readonly (readonly [how: string, answer: (socket: Socket) => unknown])[] = [
  ["in one go", (socket: Socket) => socket.write(Buffer.concat([Buffer.from(head(bytes.length)), bytes]))],
  [
    "the head by itself",
    async (socket: Socket) => {
      socket.write(head(bytes.length));
      await sleep(30);
      socket.write(bytes);
    },
  ],
  [
    "the head in two parts",
    async (socket: Socket) => {
      socket.write(head(bytes.length).slice(0, 20));
      await sleep(30);
      socket.write(Buffer.concat([Buffer.from(head(bytes.length).slice(20)), bytes]));
    },
  ],
  [
    "in odd parts",
    async (socket: Socket) => {
      socket.write(head(bytes.length));
      for (let at = 0; at < bytes.length; at += 777_777) {
        socket.write(bytes.subarray(at, at + 777_777));
        await sleep(2);
      }
    },
  ],
  [
    "after an early hint",
    (socket: Socket) =>
      socket.write(
        Buffer.concat([Buffer.from(`HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${head(bytes.length)}`), bytes]),
      ),
  ],
  [
    "with more than was announced",
    (socket: Socket) => socket.write(Buffer.concat([Buffer.from(head(bytes.length)), bytes, randomBytes(3000)])),
  ],
  [
    "in chunks, whose length is not known before",
    (socket: Socket) =>
      socket.end(
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`),
          bytes,
          Buffer.from("\r\n0\r\n\r\n"),
        ]),
      ),
  ],
  [
    "compressed",
    async (socket: Socket) => {
      const packed = gzipSync(bytes);
      socket.write(Buffer.concat([Buffer.from(head(packed.length, "content-encoding: gzip\r\n")), packed]));
    },
  ],
];

describe.each(["http", "https"] as const)("over %s", (scheme) => {
  test.each(answers)("a long answer that comes %s is read to its last byte", async (_how, answer) => {
    const open = await serve(scheme, answer);
    const seen = await collect(await open());
    expect(sha256(seen)).toBe(sha256(bytes));
  });

  test("an answer that breaks off is an error, after every byte that had arrived", async () => {
    const open = await serve(scheme, async (socket) => {
      socket.write(Buffer.concat([Buffer.from(head(bytes.length)), bytes.subarray(0, 3_000_001)]));
      await sleep(50);
      socket.end();
    });
    const seen: Uint8Array[] = [];
    await expect(read(await open(), seen)).rejects.toMatchObject({ code: "HTTP_BROKEN_OFF", retryable: true });
    expect(sha256(Buffer.concat(seen))).toBe(sha256(bytes.subarray(0, 3_000_001)));
  });

  test("a reader that waits holds the server back, and one that stops closes the connection", async () => {
    const large = 64 * 1_048_576;
    let sent = 0;
    let isClosed = false;
    const open = await serve(scheme, async (socket) => {
      socket.once("close", () => (isClosed = true));
      socket.write(head(large));
      while (sent < large && !isClosed) {
        sent += 1_048_576;
        if (!socket.write(Buffer.alloc(1_048_576))) await Promise.race([once(socket, "drain"), once(socket, "close")]);
      }
    });
    const chunks = (await open()).chunks();
    await chunks.next();
    await sleep(300);
    // What the sockets of the system hold, and a few pieces.
    expect(sent).toBeLessThan(24 * 1_048_576);
    await chunks.return();
    await expect.poll(() => isClosed).toBe(true);
  });

  test("a caller who gives up while nothing comes is heard at once", async () => {
    const open = await serve(scheme, async (socket) => void socket.write(head(bytes.length)));
    const stop = new AbortController();
    const reading = read(await open(stop.signal), []);
    setTimeout(() => stop.abort(), 50);
    await expect(reading).rejects.toMatchObject({ category: "interrupted" });
  });
});

test("a certificate that is not trusted is refused before a request is sent", async () => {
  let asked = false;
  const { url } = await listen("https", async (socket) => void socket.once("data", () => (asked = true)));
  const http = createHttp({ send: senderOf({}, {}) });
  await expect(http.open({ url, ownConnection: true })).rejects.toMatchObject({ code: "HTTP_UNREACHABLE" });
  expect(asked).toBe(false);
});

async function serve(
  scheme: "http" | "https",
  answer: (socket: Socket) => unknown,
): Promise<(signal?: AbortSignal) => Promise<HttpStream>> {
  const { url, ca } = await listen(scheme, async (socket) => {
    await once(socket, "data");
    await answer(socket);
  });
  const http = createHttp({ send: senderOf(ca === undefined ? {} : { ca }, {}) });
  return async (signal) => await http.open({ url, ownConnection: true }, signal);
}

async function listen(scheme: "http" | "https", onConnection: (socket: Socket) => Promise<void>) {
  const certificate = scheme === "https" ? makeCertificate("localhost", new Date()) : undefined;
  const accept = (socket: Socket): void => {
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    void onConnection(socket).catch(() => undefined);
  };
  const server =
    certificate === undefined
      ? createPlain(accept)
      : createSecure({ cert: certificate.cert, key: certificate.key }, accept);
  server.on("tlsClientError", () => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://localhost:${port}/`, ca: certificate?.cert };
}

async function read(stream: HttpStream, into: Uint8Array[]): Promise<void> {
  for await (const chunk of stream.chunks()) into.push(chunk);
}

async function collect(stream: HttpStream): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  await read(stream, parts);
  return Buffer.concat(parts);
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
