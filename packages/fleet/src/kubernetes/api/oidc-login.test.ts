import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { secret } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeCertificate } from "../../../../registry/src/testing/certificate.ts";
import { createConnection } from "./connection.ts";

const hour = 3_600;

describe("an identity provider", () => {
  test("is asked when the id token has expired, and once for as long as the new one is good", async () => {
    const provider = await startProvider({ rotates: false });
    const connection = connect(provider, { "refresh-token": "refresh-0" });
    expect(await tokenOf(connection)).toBe(provider.issued.at(0));
    await provider.clock.advance(hour * 500);
    expect(await tokenOf(connection)).toBe(provider.issued.at(0));
    expect(provider.used).toEqual(["refresh-0"]);
  });

  test.each([
    { rotates: true, used: ["refresh-0", "refresh-1", "refresh-2"] },
    { rotates: false, used: ["refresh-0", "refresh-0", "refresh-0"] },
  ])("may rotate its refresh tokens: $rotates", async ({ rotates, used }) => {
    const provider = await startProvider({ rotates });
    const connection = connect(provider, { "refresh-token": "refresh-0" });
    for (const turn of [0, 1, 2]) {
      expect(await tokenOf(connection)).toBe(provider.issued[turn]);
      await provider.clock.advance(hour * 1_000);
    }
    expect(provider.used).toEqual(used);
  });

  test("is not needed while the id token is good", async () => {
    const provider = await startProvider({ rotates: true });
    const idToken = provider.idToken(hour);
    const connection = connect(provider, { "id-token": idToken, "refresh-token": "refresh-0" });
    expect(await tokenOf(connection)).toBe(idToken);
    expect(provider.used).toEqual([]);
  });

  test("knows a client that has a secret by its header", async () => {
    const provider = await startProvider({ rotates: true, secret: "hush" });
    const connection = connect(provider, { "refresh-token": "refresh-0", "client-secret": "hush" });
    expect(await tokenOf(connection)).toBe(provider.issued.at(0));
  });

  test.each([
    { name: "no refresh token", tokens: {} },
    { name: "an id token that is none", tokens: { "id-token": "hunter2" } },
    { name: "a refresh token that was used before", tokens: { "refresh-token": "spent" } },
  ])("$name is an error, and never an anonymous request", async ({ tokens }) => {
    const connection = connect(await startProvider({ rotates: true }), tokens);
    await expect(connection.access()).rejects.toMatchObject({ code: "KUBERNETES_OIDC", category: "auth" });
  });
});

async function tokenOf(connection: ReturnType<typeof createConnection>): Promise<string | undefined> {
  const { headers } = await connection.access();
  return headers["Authorization"]?.replace("Bearer ", "");
}

type Provider = Awaited<ReturnType<typeof startProvider>>;

function connect({ url, ca, clock, idToken }: Provider, tokens: Readonly<Record<string, string>>) {
  const config = {
    "client-id": "lateen",
    "idp-issuer-url": url,
    "idp-certificate-authority-data": Buffer.from(ca).toString("base64"),
    "id-token": idToken(-hour),
    ...tokens,
  };
  const document = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "eu",
    clusters: [{ name: "eu", cluster: { server: "https://eu.example.com" } }],
    contexts: [{ name: "eu", context: { cluster: "eu", user: "me" } }],
    users: [{ name: "me", user: { "auth-provider": { name: "oidc", config } } }],
  });
  const source = { document: secret(document) };
  return createConnection({ source, env: {}, cwd: "/", clock });
}

/** An OpenID provider: each refresh gives an id token for an hour; if it rotates, it takes each refresh token once. */
async function startProvider({
  rotates,
  secret: password = "",
}: {
  readonly rotates: boolean;
  readonly secret?: string;
}) {
  const clock = createFakeClock();
  const { cert, key } = makeCertificate("provider", new Date());
  const used: string[] = [];
  const issued: string[] = [];
  const basic = `Basic ${Buffer.from(`lateen:${password}`).toString("base64")}`;
  let url = "";
  const idToken = (seconds: number, ...more: readonly number[]) => {
    const now = Math.floor(clock.now() / 1_000);
    const claims = { iss: url, aud: "lateen", sub: "me", iat: now, exp: now + seconds, jti: more.join() };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "RS256" })}.${part(claims)}.${Buffer.from("signature").toString("base64url")}`;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader("content-type", "application/json");
    if (request.url?.startsWith("/.well-known/") === true)
      return response.end(JSON.stringify({ issuer: url, token_endpoint: `${url}/token` }));
    const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const given = body.get("refresh_token") ?? "";
    const isKnown = password === "" ? body.get("client_id") === "lateen" : request.headers.authorization === basic;
    if (!isKnown || given !== `refresh-${rotates ? used.length : 0}`) {
      response.statusCode = 400;
      return response.end(JSON.stringify({ error: "invalid_grant" }));
    }
    used.push(given);
    issued.push(idToken(hour, used.length));
    const next = rotates ? { refresh_token: `refresh-${used.length}` } : {};
    return response.end(
      JSON.stringify({ access_token: "a", token_type: "bearer", expires_in: hour, id_token: issued.at(-1), ...next }),
    );
  };
  const server = createServer({ cert, key }, (request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, ca: cert, clock, used, issued, idToken };
}
