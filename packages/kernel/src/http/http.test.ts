import { createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { redactUrl, systemCode } from "./http-errors.ts";
import { createHttp, type Http, type HttpRequest } from "./http.ts";
import { parseJson, type Schema } from "./parse-json.ts";
import type { ReleaseError } from "../vocabulary/release-error.ts";
import type { Sender } from "./sender.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "../testing/scripted-server.ts";

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
const start = async (script: Script): Promise<ScriptedServer> => {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
};

const send: Sender = (url, init) => fetch(url, init as RequestInit);
const http = createHttp({ send });
const get = (url: string, more: Partial<HttpRequest & { maxBytes: number }> = {}, signal?: AbortSignal) =>
  http.request({ url, maxBytes: 1_000, ...more }, signal);
const errorOf = async (work: Promise<unknown>): Promise<ReleaseError> =>
  work.then(
    () => Promise.reject(new Error("nothing failed")),
    (error: unknown) => error as ReleaseError,
  );
const everythingOf = (error: ReleaseError): string =>
  [error.message, error.why, error.fix, error.stack, String((error.cause as Error | undefined)?.stack)].join("\n");

describe("a request", () => {
  test("sends method, headers and body, and answers status, headers and bytes", async () => {
    const server = await start([{ on: "PUT /v2/x?a=b", status: 201, headers: { "X-Answer": "yes" }, body: "grüße" }]);
    const headers = { authorization: "Bearer t" };
    const response = await get(`${server.url}/v2/x?a=b`, { method: "PUT", headers, body: "data" });
    expect(response.status).toBe(201);
    expect(response.header("x-answer")).toBe("yes");
    expect(response.header("x-none")).toBeUndefined();
    expect(response.text()).toBe("grüße");
    expect(response.url).toBe(`${server.url}/v2/x?a=…`);
    expect(server.requests[0]?.body.toString()).toBe("data");
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: "Bearer t",
      "user-agent": "lateen",
      "accept-encoding": expect.stringContaining("identity") as string,
    });
    expect({ unexpected: server.unexpected, remaining: server.remaining }).toEqual({ unexpected: [], remaining: 0 });
  });

  test("goes over undici if no sender is given", async () => {
    const server = await start([{ body: "ok" }]);
    const response = await createHttp({ userAgent: "acme/1" }).request({ url: server.url, maxBytes: 2 });
    expect(response.text()).toBe("ok");
    expect(server.requests[0]?.headers["user-agent"]).toBe("acme/1");
  });

  test("may name itself otherwise, and may have no body to answer with", async () => {
    const server = await start([{ status: 204 }, { on: "HEAD /", headers: { "x-a": "1" } }]);
    const named = createHttp({ send, userAgent: "acme/1" });
    expect((await named.request({ url: server.url, maxBytes: 0 })).bytes).toHaveLength(0);
    expect(server.requests[0]?.headers["user-agent"]).toBe("acme/1");
    expect((await get(server.url, { method: "HEAD" })).header("x-a")).toBe("1");
  });

  test("does not follow redirects: they are answers", async () => {
    const server = await start([{ status: 307, headers: { location: "http://127.0.0.1:1/" } }]);
    const response = await get(server.url);
    expect({ status: response.status, header: response.header("location") }).toEqual({
      status: 307,
      header: "http://127.0.0.1:1/",
    });
  });

  test("streams a body up", async () => {
    const server = await start([{ status: 202 }]);
    const body = new Blob(["a".repeat(70_000)]).stream();
    expect((await get(server.url, { method: "POST", body })).status).toBe(202);
    expect(server.requests[0]?.body).toHaveLength(70_000);
  });

  test("is never sent twice, whatever goes wrong", async () => {
    const server = await start(() => ({ fault: "reset" }));
    await errorOf(get(server.url, { method: "PUT", body: "x" }));
    expect(server.requests).toHaveLength(1);
  });
});

describe("a bounded body", () => {
  test("may be exactly as large as allowed, and no byte larger", async () => {
    const server = await start(() => ({ body: "x".repeat(1_000) }));
    expect((await get(server.url)).bytes).toHaveLength(1_000);
    expect(await errorOf(get(server.url, { maxBytes: 999 }))).toMatchObject({
      code: "HTTP_TOO_LARGE",
      retryable: false,
    });
  });

  test("is given up as soon as it is too large, even if it would never end", async () => {
    const server = await start(() => ({ fault: "endless" }));
    expect((await errorOf(get(server.url))).code).toBe("HTTP_TOO_LARGE");
  });

  test("is bounded after decompression", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const server = await start(() => ({ body: bomb, headers: { "content-encoding": "gzip" } }));
    expect(bomb.length).toBeLessThan(6_000);
    expect((await errorOf(get(server.url, { maxBytes: 10_000 }))).code).toBe("HTTP_TOO_LARGE");
  });
});

describe("deadlines", () => {
  test("no answer at all ends with the headers' deadline", async () => {
    const server = await start(() => ({ fault: "silence" }));
    const error = await errorOf(get(server.url, { deadlines: { headersMs: 30 } }));
    expect(error).toMatchObject({ code: "HTTP_TIMEOUT", category: "unavailable", retryable: true });
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+: no answer within 30ms$/);
  });

  test.each(["stall", "endless"] as const)(
    "a body that goes wrong (%s) ends with the body's deadline",
    async (fault) => {
      const server = await start(() => ({ fault, body: "some text" }));
      const error = await errorOf(get(server.url, { maxBytes: 1e12, deadlines: { bodyMs: 30 } }));
      expect(error.message).toContain("the body was not complete within 30ms");
    },
  );

  test("a body that drips forever ends with the total", async () => {
    const server = await start(() => ({ body: "x".repeat(1_000), dripMs: 5 }));
    const error = await errorOf(get(server.url, { deadlines: { totalMs: 60 } }));
    expect(error.message).toContain("the answer was not complete within 60ms");
  });

  test("are those of the request, else of the client, else 30 s, 60 s and 90 s of the clock", async () => {
    const clock = createFakeClock({ now: 0 });
    const silent: Sender = (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    const wait = (client: Http, deadlines?: { headersMs: number }) =>
      errorOf(client.request({ url: "http://x.example/", maxBytes: 1, ...(deadlines && { deadlines }) })).then(() =>
        clock.now(),
      );
    const ends = [
      wait(createHttp({ send: silent, clock, deadlines: { headersMs: 20 } }), { headersMs: 10 }),
      wait(createHttp({ send: silent, clock, deadlines: { headersMs: 20 } })),
      wait(createHttp({ send: silent, clock })),
      wait(createHttp({ send: silent, clock, deadlines: { headersMs: 1e9 } })),
    ];
    await clock.advance(100_000);
    expect(await Promise.all(ends)).toEqual([10, 20, 30_000, 90_000]);
  });

  test("leave no timer behind, however the exchange ends", async () => {
    const server = await start((request) =>
      request.path === "/reset" ? { fault: "reset" } : { body: "x".repeat(50) },
    );
    const clock = createFakeClock();
    const client = createHttp({ send, clock });
    await client.request({ url: `${server.url}/ok`, maxBytes: 100 });
    await errorOf(client.request({ url: `${server.url}/large`, maxBytes: 10 }));
    await errorOf(client.request({ url: `${server.url}/reset`, maxBytes: 10 }));
    await client.request({ url: `${server.url}/head`, method: "HEAD", maxBytes: 10 });
    await (await client.open({ url: `${server.url}/discarded` })).discard();
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.sleepers).toBe(0);
  });
});

describe("what goes wrong on the way", () => {
  test("a reset before the headers is no connection", async () => {
    const server = await start(() => ({ fault: "reset" }));
    expect(await errorOf(get(server.url))).toMatchObject({
      code: "HTTP_UNREACHABLE",
      category: "unavailable",
      retryable: true,
    });
  });

  test("a refused connection names the system's code", async () => {
    const error = await errorOf(get("http://127.0.0.1:1/"));
    expect(error).toMatchObject({ code: "HTTP_UNREACHABLE", why: "http://127.0.0.1:1/" });
  });

  test("a truncated body is broken off, not short", async () => {
    const server = await start(() => ({ fault: "truncate", body: "half of this" }));
    expect(await errorOf(get(server.url))).toMatchObject({ code: "HTTP_BROKEN_OFF", category: "unavailable" });
  });

  test("an answer that is not HTTP is unreachable", async () => {
    const server = createTcpServer((socket) =>
      socket
        .on("error", () => undefined)
        .resume()
        .end("SSH-2.0-x\r\n"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { port } = server.address() as { port: number };
    expect((await errorOf(get(`http://127.0.0.1:${port}/`))).code).toBe("HTTP_UNREACHABLE");
  });

  test("an abort before, during and after the headers is an interruption", async () => {
    const server = await start((request) =>
      request.path === "/silent" ? { fault: "silence" } : { fault: "stall", body: "some text" },
    );
    expect((await errorOf(get(server.url, {}, AbortSignal.abort()))).code).toBe("INTERRUPTED");
    expect(server.requests).toHaveLength(0);
    for (const path of ["/silent", "/stalled"]) {
      const controller = new AbortController();
      const running = errorOf(get(server.url + path, {}, controller.signal));
      setTimeout(() => controller.abort(new Error("enough")), 30);
      expect(await running).toMatchObject({ code: "INTERRUPTED", cause: { message: "enough" } });
    }
  });

  test("no error shows a password, a token or the value of a query", async () => {
    const url = "http://127.0.0.1:1/v2/?token=hunter2&scope=a#hunter2";
    expect(everythingOf(await errorOf(get(url)))).not.toContain("hunter2");
    for (const bad of ["http://user:hunter2@127.0.0.1:1/", "http://hunter2@127.0.0.1:1/", "hunter2"]) {
      const error = await errorOf(get(bad));
      expect(error).toMatchObject({ code: "HTTP_REQUEST_INVALID", category: "input" });
      expect(everythingOf(error)).not.toContain("hunter2");
    }
    const error = await errorOf(get("http://127.0.0.1:1/", { headers: { authorization: "Bearer hunter2\nx: y" } }));
    expect(error.code).toBe("HTTP_REQUEST_INVALID");
    expect(everythingOf(error)).not.toContain("hunter2");
  });
});

describe("an open stream", () => {
  test("hands the bytes on as they arrive", async () => {
    const server = await start(() => ({ body: "abc", dripMs: 10 }));
    const stream = await http.open({ url: server.url });
    const parts: string[] = [];
    for await (const part of stream.chunks()) parts.push(Buffer.from(part).toString());
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.join("")).toBe("abc");
  });

  test("ends the connection when it is left early or discarded", async () => {
    const server = await start(() => ({ fault: "endless" }));
    const stream = await http.open({ url: server.url });
    for await (const part of stream.chunks()) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    await (await http.open({ url: server.url })).discard();
  });
});

test.each([
  ["https://user:pw@h.example:8443/p/a?token=x&token=y&b#frag", "https://h.example:8443/p/a?token=…&b=…"],
  ["https://h.example", "https://h.example/"],
  ["file:///tmp/x.git", "file:///tmp/x.git"],
  ["not an address: hunter2", "(not an address)"],
  ["https://h.example/\u202egnp.exe", "https://h.example/%E2%80%AEgnp.exe"],
])("redactUrl(%j) is %j", (url, redacted) => {
  expect(redactUrl(url)).toBe(redacted);
  expect(redactUrl(redacted)).toBe(redacted);
});

test("systemCode finds the innermost code, and survives anything", () => {
  const inner = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  expect(systemCode(new TypeError("fetch failed", { cause: inner }))).toBe("ECONNREFUSED");
  expect(systemCode(new Error("only a message"))).toBe("only a message");
  expect(systemCode("text")).toBe("unknown network error");
  const loop = new Error("loop");
  loop.cause = loop;
  expect(systemCode(loop)).toBe("loop");
});

describe("parseJson", () => {
  const schema: Schema<{ n: number }> = {
    safeParse: (value) =>
      typeof (value as { n?: unknown } | null)?.n === "number"
        ? { success: true, data: value as { n: number } }
        : { success: false, error: { issues: [{ path: ["n"], message: "expected\u001b[31m a number" }] } },
  };
  const parse = (text: string) => parseJson({ text: () => text, url: "https://h.example/p" }, schema, "a count");
  const refusalOf = (text: string) => errorOf((async () => parse(text))());

  test("answers what the schema allows", () => {
    expect(parse('{"n":1}')).toEqual({ n: 1 });
  });

  test.each([
    ["", "HTTP_NOT_JSON", "an empty body"],
    ["upstream\ntimed out", "HTTP_NOT_JSON", "text that is not JSON: upstream timed out"],
    ["null", "HTTP_UNEXPECTED_BODY", "other JSON at n: expected [31m a number"],
  ])("says of %j: %s", async (text, code, got) => {
    expect(await refusalOf(text)).toMatchObject({
      code,
      category: "unavailable",
      retryable: false,
      message: `h.example: expected a count, got ${got}`,
      why: "https://h.example/p",
    });
  });

  test.each(["<!DOCTYPE html><title>Sign in</title>", "  <html>"])(
    "names a web page %j, and the path of it",
    async (text) => {
      expect(await refusalOf(text)).toMatchObject({
        code: "HTTP_NOT_JSON",
        category: "unavailable",
        message: "h.example answered with an HTML page instead of JSON: a count was expected at /p",
        retryable: false,
      });
    },
  );

  const rowOfTenFields = { slug: "a", ok: true, error: null, a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 };
  const sized = (one: string, count: number) => `{"n":1,"rows":[${Array.from({ length: count }, () => one).join()}]}`;
  test.each([
    { name: "elements", text: sized("[]", 250_000) },
    { name: "keys", text: sized('{"a":1,"b":2}', 101_000) },
    { name: "depth", text: `{"n":1,"rows":${"[".repeat(500_000)}${"]".repeat(500_000)}}` },
    { name: "no end of a string", text: `[${"{},".repeat(260_000)}"` },
  ])("refuses more $name than can be read without being deaf to signals", async ({ text }) => {
    expect(await refusalOf(text)).toMatchObject({
      code: "HTTP_TOO_LARGE",
      retryable: false,
      why: "https://h.example/p",
    });
  });

  test.each([
    { name: "within strings", text: sized(String.raw`"[{,:\\\",:[{,:\\"`, 60_000) },
    { name: "of as many rows as a fleet may have", text: sized(JSON.stringify(rowOfTenFields), 20_000) },
  ])("reads commas and brackets $name", ({ text }) => {
    expect(parse(text).n).toBe(1);
  });

  test("quotes little of a huge body", async () => {
    expect((await refusalOf("x".repeat(1_000_000))).message.length).toBeLessThan(200);
  });
});
