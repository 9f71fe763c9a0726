import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
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

test("a request that may have to pass a proxy goes over undici, which knows proxies", async () => {
  const http = client({ proxy: { http: "http://127.0.0.1:9" } });
  await expect(http.request({ url: "http://127.0.0.1:9/", ...alone })).rejects.toMatchObject({
    code: "UNDICI_MISSING",
  });
});
