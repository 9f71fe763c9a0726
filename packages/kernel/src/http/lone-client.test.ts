import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { startScriptedServer, type Script } from "../testing/scripted-server.ts";
import { createHttp } from "./http.ts";
import { createSender, type SenderOptions } from "./sender.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** undici is not needed for a request that shares nothing, so that loading it is a failure. */
const noUndici = () => Promise.reject<never>(new Error("undici was loaded"));
const client = (options: SenderOptions = {}) => createHttp({ send: createSender(noUndici, options) });
const alone = { maxBytes: 1_000, ownConnection: true };

async function scripted(script: Script): Promise<Awaited<ReturnType<typeof startScriptedServer>>> {
  const server = await startScriptedServer(script);
  closers.push(() => server.close());
  return server;
}

/** A server of plain TCP, and its connections. */
async function listen(onConnection: (socket: Socket) => unknown): Promise<{ url: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined).once("close", () => sockets.delete(socket)));
    onConnection(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`, sockets };
}

describe("a request with a connection of its own", () => {
  test("opens one that says that it is the last, and closes it after the answer", async () => {
    let connections = 0;
    const heads: string[] = [];
    const { url, sockets } = await listen((socket) => {
      connections += 1;
      socket.on("data", (data) => {
        heads.push(String(data).toLowerCase());
        // The server would keep it.
        socket.write("HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    const http = client();
    const answers = await Promise.all([1, 2, 3].map(() => http.request({ url, ...alone })));
    expect(answers.map((answer) => answer.text())).toEqual(["ok", "ok", "ok"]);
    expect(connections).toBe(3);
    for (const head of heads) expect(head).toContain("connection: close");
    await expect.poll(() => sockets.size).toBe(0);
  });

  test("sends method, headers, query and body, and an address with a user sends no credentials", async () => {
    const server = await scripted(() => ({ status: 201, body: "made" }));
    const url = server.url.replace("//", "//user:hunter2@");
    const answer = await client().request({
      method: "POST",
      url: `${url}/a?b=c`,
      headers: { "x-a": "1" },
      body: "data",
      ...alone,
    });
    expect({ status: answer.status, text: answer.text() }).toEqual({ status: 201, text: "made" });
    const [seen] = server.requests;
    expect({ method: seen?.method, path: seen?.path, a: seen?.headers["x-a"], body: String(seen?.body) }).toEqual({
      method: "POST",
      path: "/a?b=c",
      a: "1",
      body: "data",
    });
    expect(seen?.headers["authorization"]).toBeUndefined();
  });

  test("is bounded, and the connection is ended as soon as the answer is too long", async () => {
    const server = await scripted(() => ({ fault: "endless" }));
    await expect(client().request({ url: server.url, ...alone })).rejects.toMatchObject({ code: "HTTP_TOO_LARGE" });
    const exact = await scripted(() => ({ body: "x".repeat(1_000) }));
    expect((await client().request({ url: exact.url, ...alone })).bytes).toHaveLength(1_000);
  });

  test.each([
    ["a reset before the headers", "reset", "HTTP_UNREACHABLE"],
    ["a body that is cut off", "truncate", "HTTP_BROKEN_OFF"],
    ["no answer", "silence", "HTTP_TIMEOUT"],
    ["a body that stalls", "stall", "HTTP_TIMEOUT"],
  ] as const)("%s is an error", async (_, fault, code) => {
    const server = await scripted(() => ({ fault, body: "some text" }));
    const deadlines = { headersMs: 300, bodyMs: 300, totalMs: 300 };
    await expect(client().request({ url: server.url, ...alone, deadlines })).rejects.toMatchObject({ code });
  });

  test.each([
    ["SSH-2.0-x\r\n", "is not HTTP"],
    ["HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", "switches protocols"],
    ["", "is no byte"],
  ])("an answer of %j is no answer", async (text) => {
    const { url } = await listen((socket) => socket.once("data", () => socket.end(text)));
    await expect(client().request({ url, ...alone })).rejects.toMatchObject({ code: "HTTP_UNREACHABLE" });
  });

  test("is called off before and after the headers, and its connection ended", async () => {
    const { url, sockets } = await listen((socket) =>
      socket.once("data", (data) => {
        if (String(data).startsWith("GET /stall")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf");
      }),
    );
    for (const path of ["silent", "stall"]) {
      const stop = new AbortController();
      const running = client().request({ url: url + path, ...alone }, stop.signal);
      running.catch(() => undefined);
      await expect.poll(() => sockets.size).toBe(1);
      stop.abort(new Error("enough"));
      await expect(running).rejects.toMatchObject({ code: "INTERRUPTED", cause: { message: "enough" } });
      await expect.poll(() => sockets.size).toBe(0);
    }
    await expect(client().request({ url, ...alone }, AbortSignal.abort())).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });

  test("connects to the address that the caller's resolver names", async () => {
    const server = await scripted(() => ({ body: "inside" }));
    const asked: string[] = [];
    const lookup: NonNullable<SenderOptions["lookup"]> = (name, options, found) => {
      asked.push(name);
      if (options.all === true) found(null, [{ address: "127.0.0.1", family: 4 }]);
      else found(null, "127.0.0.1", 4);
    };
    const { port } = new URL(server.url);
    const answer = await client({ lookup }).request({ url: `http://t1.example.test:${port}/`, ...alone });
    expect({ text: answer.text(), asked }).toEqual({ text: "inside", asked: ["t1.example.test"] });
  });

  test("gives up connecting in time", async () => {
    const lookup: NonNullable<SenderOptions["lookup"]> = () => undefined;
    await expect(
      client({ lookup, connectTimeoutMs: 50 }).request({ url: "http://t1.example.test/", ...alone }),
    ).rejects.toMatchObject({ code: "HTTP_UNREACHABLE", cause: { code: "UND_ERR_CONNECT_TIMEOUT" } });
  });

  test("a header that cannot be sent is a matter of the input, and not shown", async () => {
    const server = await scripted(() => ({}));
    const error: unknown = await client()
      .request({ url: server.url, headers: { authorization: "Bearer hunter2\nx: y" }, ...alone })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "HTTP_REQUEST_INVALID", category: "input" });
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });
});

async function allOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return parts;
}

const answering = (text: string) => listen((socket) => socket.once("data", () => socket.end(text, "latin1")));

describe("the answer on it", () => {
  test.each([
    ["in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
    ["until the connection is closed", "HTTP/1.0 200 OK\r\n\r\nok"],
    ["after an interim one", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"],
    ["followed by another", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 500 Odd\r\n\r\n"],
  ])("%s is read", async (_, text) => {
    const { url } = await answering(text);
    const answer = await client().request({ url, ...alone });
    expect({ status: answer.status, text: answer.text() }).toEqual({ status: 200, text: "ok" });
  });

  test("is the same if it comes byte by byte", async () => {
    const { url } = await listen((socket) =>
      socket.setNoDelay(true).once("data", () => {
        const bytes = "HTTP/1.1 200 OK\r\nx-a: b\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"[
          Symbol.iterator
        ]();
        const next = (): void => {
          const { value, done } = bytes.next();
          if (done !== true) socket.write(value, () => setImmediate(next));
        };
        next();
      }),
    );
    const answer = await client().request({ url, ...alone });
    expect({ a: answer.header("X-A"), text: answer.text() }).toEqual({ a: "b", text: "ok" });
  });

  test.each([
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokx"],
    ["length and chunks", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["lines that end in LF", "HTTP/1.1 200 OK\ncontent-length: 2\n\nok"],
    ["frames of HTTP/2", "\0\0\x12\x04\0\0\0\0\0"],
    ["headers without an end", `HTTP/1.1 200 OK\r\nx: ${"a".repeat(20_000)}`],
  ])("with %s is no HTTP/1.1, which stays so; that is said before the server closes", async (_, text) => {
    const { url, sockets } = await listen((socket) => socket.once("data", () => socket.write(text, "latin1")));
    await expect(client().request({ url, ...alone })).rejects.toMatchObject({
      code: "HTTP_UNREACHABLE",
      retryable: false,
      message: expect.stringContaining("does not answer in HTTP/1.1") as string,
    });
    await expect.poll(() => sockets.size).toBe(0);
  });

  test.each([
    ["a body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"],
    ["a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf"],
    ["chunks without an end", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
    ["a size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nx"],
  ])("that breaks off in %s is never a shorter one, read as a whole or as it comes", async (_, text) => {
    const { url } = await answering(text);
    const broken = { code: "HTTP_BROKEN_OFF" };
    await expect(client().request({ url, ...alone })).rejects.toMatchObject(broken);
    const { chunks } = await client().open({ url, ownConnection: true });
    await expect(allOf(chunks())).rejects.toMatchObject(broken);
  });

  test("without a length is broken off by a reset", async () => {
    const { url } = await listen((socket) =>
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\n\r\nhalf", () => socket.resetAndDestroy())),
    );
    await expect(client().request({ url, ...alone })).rejects.toMatchObject({
      code: expect.stringMatching(/^HTTP_(?:BROKEN_OFF|UNREACHABLE)$/) as string,
    });
  });

  test("counts although the request was not read, and the connection stays open for its own end only", async () => {
    const { url, sockets } = await listen((socket) => {
      socket.pause();
      socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno");
    });
    const answer = await client().request({ method: "POST", url, body: "x".repeat(8_000_000), ...alone });
    expect({ status: answer.status, text: answer.text() }).toEqual({ status: 413, text: "no" });
    for (const socket of sockets) socket.resume();
    await expect.poll(() => sockets.size).toBe(0);
  });

  test("of a server that ends its half of the connection is read to the end", async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) =>
      socket.on("error", () => undefined).once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\nok")),
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    closers.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
    expect((await client().request({ url, ...alone })).text()).toBe("ok");
  });

  test.each(["gzip", "identity"])("is unpacked if it comes in %s, as it comes", async (encoding) => {
    const text = "plain text".repeat(50_000);
    const body = encoding === "gzip" ? gzipSync(text) : text;
    const server = await scripted(() => ({ headers: { "content-encoding": encoding }, body }));
    const { url } = server;
    const { chunks } = await client().open({ url, ownConnection: true });
    expect(Buffer.concat(await allOf(chunks())).toString()).toBe(text);
    const cut = await scripted(() => ({ headers: { "content-encoding": encoding }, body, fault: "truncate" }));
    await expect(client().request({ url: cut.url, maxBytes: 1e6, ownConnection: true })).rejects.toMatchObject({
      code: "HTTP_BROKEN_OFF",
    });
  });

  test("waits at the server until it is read, and its connection ends if it is not wanted", async () => {
    let written = 0;
    const { url, sockets } = await listen((socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        const more = (): void => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) written += 65_536;
        };
        socket.on("drain", more);
        more();
      }),
    );
    const { discard } = await client().open({ url, ownConnection: true });
    let before = -1;
    await expect.poll(() => before === (before = written), { interval: 100 }).toBe(true);
    // What fits into the buffers of two sockets, and no more.
    expect(written).toBeLessThan(32_000_000);
    await discard();
    await expect.poll(() => sockets.size).toBe(0);
  });
});

test("a request that may have to pass a proxy goes over undici, which knows proxies", async () => {
  const http = client({ proxy: { http: "http://127.0.0.1:9" } });
  await expect(http.request({ url: "http://127.0.0.1:9/", ...alone })).rejects.toMatchObject({
    code: "UNDICI_MISSING",
  });
});
