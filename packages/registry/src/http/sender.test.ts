import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { createHttp } from "@lateen/kernel";
import { startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { senderOf } from "./sender.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** If a proxy is set, undici sends; else Node's own client does. */
const ways = [
  ["undici", { HTTPS_PROXY: "http://127.0.0.1:9" }],
  ["node:http", {}],
] as const;

test.each(ways)("%s: a token that is no header is a matter of the input, and never quoted", async (_name, env) => {
  const http = createHttp({ send: senderOf({}, env) });
  for (const authorization of ["Bearer s3cr3t\nx: y", "Bearer s3cr3t\u0100"]) {
    const sent = http.request({ url: "http://127.0.0.1:9", headers: { authorization }, maxBytes: 100 });
    const error: unknown = await sent.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "HTTP_REQUEST_INVALID", category: "input", retryable: false });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cr3t");
  }
});

test.each(ways)("%s: a HEAD that speaks of gzip has no body to unpack", async (_name, env) => {
  const server = await startScriptedServer(() => ({ headers: { "content-encoding": "gzip" }, body: "" }));
  closers.push(() => server.close());
  const http = createHttp({ send: senderOf({}, env) });
  expect((await http.request({ method: "HEAD", url: server.url, maxBytes: 100 })).status).toBe(200);
});

test("a proxy is used for other machines and never for this one", async () => {
  const proxy = await startScriptedServer(() => ({ body: "by proxy" }));
  const server = await startScriptedServer(() => ({ body: "direct" }));
  closers.push(
    () => proxy.close(),
    () => server.close(),
  );
  const http = createHttp({ send: senderOf({}, { http_proxy: proxy.url }) });
  const { port } = new URL(server.url);
  for (const host of ["127.0.0.1", "localhost", "LOCALHOST"])
    expect((await http.request({ url: `http://${host}:${port}/`, maxBytes: 100 })).text()).toBe("direct");
  expect(proxy.requests).toEqual([]);
});

test("a kept connection that the server has closed is replaced at once, for a request without an effect", async () => {
  const server = await startRawServer((socket, count) =>
    count === 1 ? socket.write(answered) : socket.resetAndDestroy(),
  );
  const http = createHttp({ send: senderOf({}, {}) });
  const ask = (method: string) => http.request({ method, url: server.url, maxBytes: 100 });
  expect((await ask("GET")).text()).toBe("ok");
  expect((await ask("GET")).text()).toBe("ok");
  expect(server.connections).toHaveLength(2);
  expect((await ask("GET")).text()).toBe("ok");
  await expect(ask("POST")).rejects.toMatchObject({ code: "HTTP_UNREACHABLE" });
});

test("a new connection that is reset is not tried again, and an answer that switches protocols is none", async () => {
  const reset = await startRawServer((socket) => socket.resetAndDestroy());
  const switching = await startRawServer((socket) =>
    socket.write("HTTP/1.1 101 X\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"),
  );
  const http = createHttp({ send: senderOf({}, {}) });
  for (const { url, connections } of [reset, switching]) {
    await expect(http.request({ url, maxBytes: 100 })).rejects.toMatchObject({ code: "HTTP_UNREACHABLE" });
    expect(connections).toHaveLength(1);
  }
});

test("an idle connection is closed before anything between could have dropped it, and a slow answer is waited for", async () => {
  const quick = await startRawServer((socket) => socket.write(answered));
  const slow = await startRawServer((socket) => setTimeout(() => socket.write(answered), 4300));
  const http = createHttp({ send: senderOf({}, {}) });
  const late = http.request({ url: slow.url, maxBytes: 100 });
  await http.request({ url: quick.url, maxBytes: 100 });
  const [socket] = quick.connections;
  if (socket?.closed === false) await once(socket, "close");
  expect((await late).text()).toBe("ok");
}, 15_000);

const answered = "HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nok";

/** A server that sees each request with its number on its connection. */
async function startRawServer(answer: (socket: Socket, count: number) => unknown) {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    let count = 0;
    connections.push(socket);
    socket.on("error", () => undefined).on("data", () => answer(socket, ++count));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, connections };
}
