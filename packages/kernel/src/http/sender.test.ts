import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { inspect } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { createHttp } from "./http.ts";
import { createSender, type SenderOptions, type UndiciModule } from "./sender.ts";
import { startScriptedServer } from "../testing/scripted-server.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A module with undici's shape that keeps what it is given and sends with node:http. */
const fakeUndici = () => {
  const agents: unknown[] = [];
  const dispatchers: unknown[] = [];
  let loads = 0;
  class EnvHttpProxyAgent {
    constructor(options: unknown) {
      agents.push(options);
    }
  }
  const undici: UndiciModule = {
    EnvHttpProxyAgent,
    request: async (
      url: string,
      { dispatcher, method, signal }: Record<"dispatcher" | "method", string> & { signal: AbortSignal },
    ) => {
      dispatchers.push(dispatcher);
      const [message] = (await once(request(url, { method, signal }).end(), "response", { signal })) as [
        IncomingMessage,
      ];
      return { statusCode: message.statusCode ?? 0, headers: message.headers, body: message };
    },
  };
  const load = async () => {
    loads++;
    return undici;
  };
  return { load, agents, dispatchers, loads: () => loads };
};

const sendOnce = async (options?: SenderOptions) => {
  const server = await startScriptedServer(() => ({ body: "ok" }));
  closers.push(() => server.close());
  const undici = fakeUndici();
  const send = createSender(undici.load, options);
  expect(undici.loads()).toBe(0);
  const init = { method: "GET", headers: {}, redirect: "manual", signal: new AbortController().signal } as const;
  const [first] = await Promise.all([send(server.url, init), send(server.url, init), send(server.url, init)]);
  return { ...undici, first };
};

test("undici is loaded with the first request, once, and has one pool", async () => {
  const { loads, agents, dispatchers, first } = await sendOnce();
  expect(first.status).toBe(200);
  expect(loads()).toBe(1);
  expect(agents).toHaveLength(1);
  expect(new Set(dispatchers).size).toBe(1);
});

test("by default undici sets no deadline of its own, and the environment's proxies do not leak in", async () => {
  const { agents } = await sendOnce();
  expect(agents[0]).toEqual({
    connect: { timeout: 10_000 },
    requestTls: { timeout: 10_000 },
    proxyTls: { timeout: 10_000 },
    connections: 64,
    headersTimeout: 0,
    bodyTimeout: 0,
    httpProxy: "",
    httpsProxy: "",
    noProxy: "localhost,127.0.0.1,[::1]",
  });
});

test("certificates, proxies and limits are passed on", async () => {
  const tls = { ca: ["CA"], cert: "CERT", key: "KEY" };
  const proxy = { http: "http://p:1", https: "http://p:2", none: "ghcr.io" };
  const { agents } = await sendOnce({ ...tls, proxy, connectTimeoutMs: 5, maxSockets: 256 });
  expect(agents[0]).toMatchObject({
    connect: { timeout: 5, ...tls },
    requestTls: { timeout: 5, ...tls },
    connections: 256,
    httpProxy: "http://p:1",
    httpsProxy: "http://p:2",
    noProxy: "localhost,127.0.0.1,[::1],ghcr.io",
  });
});

test.each([
  ["gzip", gzipSync],
  ["GZIP", gzipSync],
  // RFC 9110 §8.4.1.3: a recipient should consider it equivalent to gzip.
  ["x-gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
])("a body that comes as %s, unasked, is unpacked", async (encoding, compress) => {
  const server = await startScriptedServer(() => ({
    headers: { "content-encoding": encoding },
    body: compress("plain text"),
  }));
  closers.push(() => server.close());
  const http = createHttp({ send: createSender(fakeUndici().load) });
  expect((await http.request({ url: server.url, maxBytes: 100 })).text()).toBe("plain text");
  await expect(http.request({ url: server.url, maxBytes: 5 })).rejects.toMatchObject({ code: "HTTP_TOO_LARGE" });
});

test.each([
  ["HEAD", 200],
  ["GET", 204],
  ["GET", 304],
] as const)("%s answered with %i has no body to unpack, whatever the headers say", async (method, status) => {
  const server = await startScriptedServer(() => ({ status, headers: { "content-encoding": "gzip" }, body: "" }));
  closers.push(() => server.close());
  const http = createHttp({ send: createSender(fakeUndici().load) });
  expect(await http.request({ method, url: server.url, maxBytes: 100 })).toMatchObject({ status });
});

test("what undici refuses to send is a matter of the input, and not repeated", async () => {
  const refused = Object.assign(new Error("invalid authorization header: s3cr3t"), { code: "UND_ERR_INVALID_ARG" });
  const http = createHttp({ send: () => Promise.reject(refused) });
  const error = await http.request({ url: "http://127.0.0.1:9", maxBytes: 100 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "HTTP_REQUEST_INVALID", category: "input", retryable: false });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cr3t");
});

test("a body that is not what its encoding says is broken off", async () => {
  const server = await startScriptedServer(() => ({ headers: { "content-encoding": "gzip" }, body: "plain text" }));
  closers.push(() => server.close());
  const http = createHttp({ send: createSender(fakeUndici().load) });
  await expect(http.request({ url: server.url, maxBytes: 100 })).rejects.toMatchObject({ code: "HTTP_BROKEN_OFF" });
});

test("a module that cannot be loaded is named at once, and no server is blamed", async () => {
  const server = await startScriptedServer(() => ({ body: "ok" }));
  closers.push(() => server.close());
  const send = createSender(() => import(`no-such-module-${Date.now()}`) as Promise<UndiciModule>);
  for (const attempt of [1, 2]) {
    const error: unknown = await createHttp({ send })
      .request({ url: server.url, maxBytes: 10 })
      .catch((thrown: unknown) => thrown);
    expect(error, `attempt ${attempt}`).toMatchObject({ code: "UNDICI_MISSING", category: "input", retryable: false });
  }
  expect(server.requests).toEqual([]);
});
