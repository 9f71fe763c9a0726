import { createHash, randomFillSync } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createHttp } from "@lateen/kernel";
import { afterEach, expect, test } from "vitest";
import { ownPiece } from "./own-pieces.ts";
import { senderOf } from "./sender.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

const piece = Buffer.alloc(262_144, 7);

/** A body of 100 pieces, and how much of it was asked for. */
function endless(): { readonly body: AsyncIterable<Uint8Array>; taken: number; isEnded: boolean } {
  const state = { taken: 0, isEnded: false, body: pieces() };
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (; state.taken < 100; state.taken++) yield await Promise.resolve(piece);
    } finally {
      state.isEnded = true;
    }
  }
  return state;
}

const put = async (url: string, body: AsyncIterable<Uint8Array>, signal?: AbortSignal) =>
  await createHttp({ send: senderOf({}, {}) }).request({ method: "PUT", url, body, maxBytes: 1000 }, signal);

test.each([false, true])("a body arrives whole and in order, with its own connection: %s", async (ownConnection) => {
  let received = 0;
  const url = await listen((socket) =>
    socket.on("data", (data) => {
      received += data.length;
      if (data.subarray(-5).toString() === "0\r\n\r\n") socket.end("HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n");
    }),
  );
  const { body } = endless();
  const http = createHttp({ send: senderOf({}, {}) });
  const answer = await http.request({ method: "PUT", url, body, maxBytes: 1000, ownConnection });
  expect(answer.status).toBe(201);
  expect(received).toBeGreaterThan(100 * piece.length);
});

test("pieces that are marked arrive as they were, also at a slow server, and hold no memory afterwards", async () => {
  const received = createHash("sha256");
  const server = createHttpServer((incoming, answer) => {
    incoming.on("data", (data: Buffer) => {
      received.update(data);
      incoming.pause();
      setImmediate(() => incoming.resume());
    });
    incoming.on("end", () => answer.writeHead(201).end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  const wanted = createHash("sha256");
  const pieces: Uint8Array[] = [];
  const body = async function* () {
    for (let count = 0; count < 40; count++) {
      const bytes = randomFillSync(Buffer.allocUnsafeSlow(524_288)).subarray(0, 500_000);
      wanted.update(bytes);
      pieces.push(bytes);
      yield await Promise.resolve(ownPiece(bytes));
    }
  };
  const { port } = server.address() as AddressInfo;
  expect(await put(`http://127.0.0.1:${port}/`, body())).toMatchObject({ status: 201 });
  expect(received.digest("hex")).toBe(wanted.digest("hex"));
  expect(pieces.map(({ byteLength }) => byteLength)).toEqual(pieces.map(() => 0));
});

test("a refusal that comes before the end is the answer, and no more of the body is read", async () => {
  const url = await listen((socket) => {
    socket.once("data", () => socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig"));
    socket.on("data", () => undefined);
  });
  const sent = endless();
  const answer = await put(url, sent.body);
  expect({ status: answer.status, text: answer.text() }).toEqual({ status: 413, text: "big" });
  await expect.poll(() => sent.isEnded).toBe(true);
  expect(sent.taken).toBeLessThan(100);
});

test("a server that reads nothing holds the body back; giving up ends both", async () => {
  let closed = 0;
  const url = await listen((socket) => void socket.pause().once("close", () => closed++));
  const sent = endless();
  const stop = new AbortController();
  const putting = put(url, sent.body, stop.signal);
  putting.catch(() => undefined);
  await sleep(300);
  expect(sent.taken).toBeLessThan(100);
  stop.abort();
  await expect(putting).rejects.toMatchObject({ category: "interrupted" });
  await expect.poll(() => sent.isEnded).toBe(true);
});

test("a body that cannot be read ends the request, and the server gets no whole body", async () => {
  let received = "";
  const url = await listen((socket) => void socket.on("data", (data) => (received += data.toString("latin1"))));
  const broken = async function* () {
    yield await Promise.resolve(piece);
    throw new Error("the source broke off");
  };
  await expect(put(url, broken())).rejects.toMatchObject({ code: "HTTP_UNREACHABLE" });
  await sleep(50);
  expect(received.endsWith("0\r\n\r\n")).toBe(false);
});

async function listen(onConnection: (socket: Socket) => unknown): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
