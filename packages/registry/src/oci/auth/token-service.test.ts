import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createHttp, createSender, secret, systemClock } from "@lateen/kernel";
import { afterEach, expect, test } from "vitest";
import type { Credentials } from "./credentials.ts";
import { fetchToken } from "./token-service.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

interface Asked {
  readonly method: string;
  readonly query: string;
  readonly form: string;
  readonly authorization: string | undefined;
}

/** A service that answers as `answer` says, and what it was asked. */
async function ask(
  credentials: Credentials | undefined,
  answer: (request: IncomingMessage) => { status?: number; body: string },
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let form = "";
    request.on("data", (part) => (form += String(part)));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://x");
      asked.push({
        method: request.method ?? "",
        query: url.search,
        form,
        authorization: request.headers.authorization,
      });
      const { status = 200, body } = answer(request);
      const elsewhere = `http://localhost:${(server.address() as AddressInfo).port}/token`;
      response
        .writeHead(status, { "content-type": "application/json", ...(status === 307 ? { location: elsewhere } : {}) })
        .end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const http = createHttp({ send: createSender(() => import("undici")) });
  const realm = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`);
  const before = systemClock.now();
  const scopes = ["repository:acme/a:pull,push", "repository:acme/b:pull"];
  const token = await fetchToken(http, systemClock, { realm, service: "registry", scopes, credentials }).catch(
    (error: unknown) => error,
  );
  return { token, asked, before, after: systemClock.now() };
}

const password: Credentials = { kind: "password", username: "u", password: secret("p:1") };

test("by GET with user and password, every scope a parameter of its own, the first one first", async () => {
  const { asked, token } = await ask(password, () => ({ body: '{"access_token":"t","expires_in":600}' }));
  expect(asked).toEqual([
    {
      method: "GET",
      query: "?service=registry&scope=repository%3Aacme%2Fa%3Apull%2Cpush&scope=repository%3Aacme%2Fb%3Apull&account=u",
      form: "",
      authorization: `Basic ${Buffer.from("u:p:1").toString("base64")}`,
    },
  ]);
  expect(token).toMatchObject({ usableUntil: expect.any(Number) });
});

test("by POST with a refresh token, which is in no address", async () => {
  const { asked } = await ask({ kind: "identity", token: secret("refresh") }, () => ({ body: '{"access_token":"t"}' }));
  expect(asked).toEqual([
    {
      method: "POST",
      query: "",
      form: "service=registry&scope=repository%3Aacme%2Fa%3Apull%2Cpush+repository%3Aacme%2Fb%3Apull&client_id=lateen&grant_type=refresh_token&refresh_token=refresh",
      authorization: undefined,
    },
  ]);
});

test("by POST with user and password where GET is not known", async () => {
  const { asked } = await ask(password, ({ method }) =>
    method === "GET" ? { status: 405, body: "" } : { body: '{"access_token":"t"}' },
  );
  expect(asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
  expect(asked[1]?.form).toContain("grant_type=password&username=u&password=p%3A1");
});

test.each([
  ["without expires_in a token lasts 60 s, less the margin", '{"token":"t"}', 55_000],
  ["with it, as long as it says, less the margin", '{"token":"t","expires_in":300}', 295_000],
  ["a day at most", '{"token":"t","expires_in":1e15}', 86_395_000],
  ["and as text", '{"token":"t","expires_in":"300"}', 295_000],
  ["and text that is no number counts as none", '{"token":"t","expires_in":"soon"}', 55_000],
  ["not at all", '{"token":"t","expires_in":0}', -5_000],
])("%s", async (_name, body, lifeMs) => {
  const { token, before, after } = await ask(undefined, () => ({ body }));
  const { usableUntil } = token as { usableUntil: number };
  expect(usableUntil - lifeMs).toBeGreaterThanOrEqual(before - 1_000);
  expect(usableUntil - lifeMs).toBeLessThanOrEqual(after + 1_000);
});

test.each([
  ["HTML", 200, "<html>sign in</html>", { code: "HTTP_NOT_JSON", category: "unavailable" }],
  ["no token", 200, "{}", { code: "HTTP_UNEXPECTED_BODY", category: "unavailable" }],
  ["an empty token", 200, '{"token":""}', { code: "HTTP_UNEXPECTED_BODY" }],
  ["401", 401, '{"details":"incorrect username or password"}', { code: "REGISTRY_TOKEN_REFUSED", category: "auth" }],
  ["403", 403, '{"errors":[{"code":"DENIED"}]}', { code: "REGISTRY_TOKEN_REFUSED", category: "auth" }],
  ["429", 429, "", { code: "REGISTRY_RATE_LIMITED", retryable: true }],
  ["503", 503, "", { code: "REGISTRY_UNAVAILABLE", retryable: true }],
  ["a flood", 200, `"${"x".repeat(200_000)}"`, { code: "HTTP_TOO_LARGE" }],
])("a service that answers with %s", async (_name, status, body, error) => {
  const { token } = await ask(undefined, () => ({ status, body }));
  expect(token).toMatchObject(error);
});

test("a refresh token is not posted to where a redirect leads", async () => {
  const identity: Credentials = { kind: "identity", token: secret("refresh") };
  const { token, asked } = await ask(identity, () => ({ status: 307, body: "" }));
  expect(token).toMatchObject({ code: "REGISTRY_REDIRECT_REFUSED" });
  expect(asked).toHaveLength(1);
});
