import { inspect } from "node:util";
import { createHttp } from "@lateen/kernel";
import { startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { senderOf } from "./sender.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Where a proxy is set, undici sends; else Node's own client does. */
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
