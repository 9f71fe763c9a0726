import { createSender, parseSlug } from "@lateen/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTenants, type TenantManner, type TenantsServer } from "../testing/tenants.ts";
import { createProber } from "./prober.ts";

const send = createSender(() => import("undici"));
const sha = "0123456789abcdef0123456789abcdef01234567";
const tenant = { slug: parseSlug("t1"), plane: "prod" };

let tenants: TenantsServer;
beforeEach(async () => {
  tenants = await startTenants({ slugs: ["t1"], sha });
});
afterEach(() => tenants.close());

describe("createProber", () => {
  test.each<[TenantManner, string, string]>([
    ["well", "found", sha],
    ["short", "found", "0123456"],
    ["dev", "absent", 'git_sha "dev" is not'],
    ["down", "unknown", "HTTP_"],
    ["hangs", "unknown", "HTTP_TIMEOUT"],
    ["html", "unknown", "an HTML page"],
    ["error", "unknown", "answered 500"],
    ["huge", "unknown", "HTTP_TOO_LARGE"],
    ["redirects", "unknown", "redirects to http://127.0.0.2:9/login"],
  ])("a tenant that answers %s is %s: %s", async (manner, kind, text) => {
    tenants.set("t1", { manner });
    const reading = await createProber({ url: tenants.buildinfo, send, timeoutMs: 4_000 }).buildinfo(tenant);
    expect(reading.kind).toBe(kind);
    const said =
      reading.kind === "unknown"
        ? `${reading.cause.code} ${reading.cause.message}`
        : JSON.stringify(reading).replaceAll(String.raw`\"`, '"');
    expect(said).toContain(text);
  });

  test("a name that does not resolve is named as such", async () => {
    const reading = await createProber({ url: "http://{slug}.invalid/buildinfo", send, insecure: true }).buildinfo(
      tenant,
    );
    expect(reading).toMatchObject({
      kind: "unknown",
      cause: { code: "HTTP_UNREACHABLE", message: expect.stringMatching(/no such name|name server/) },
    });
  });

  test("a redirect within the tenant is followed, a ring of them is not", async () => {
    const { createServer } = await import("node:http");
    const server = createServer((request, response) => {
      if (request.url === "/t1/real")
        return void response.end(JSON.stringify({ git_sha: sha.toUpperCase(), extra: 1 }));
      response.writeHead(301, { location: request.url === "/t1/ring" ? "ring" : "real" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    expect(await createProber({ url: `${url}/{slug}/buildinfo`, send }).buildinfo(tenant)).toEqual({
      kind: "found",
      value: sha,
    });
    expect(await createProber({ url: `${url}/{slug}/ring`, send }).buildinfo(tenant)).toMatchObject({
      kind: "unknown",
      cause: { code: "BUILDINFO_UNREADABLE" },
    });
    server.closeAllConnections();
    server.close();
  });

  test("each look has a connection of its own, also at tenants behind one host", async () => {
    const { createServer } = await import("node:http");
    const seen = new Set<number | undefined>();
    const server = createServer((request, response) => {
      seen.add(request.socket.remotePort);
      response.end(JSON.stringify({ git_sha: sha }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const one = { slug: parseSlug("1"), plane: "prod" };
    for (const url of [`http://127.0.0.{slug}:${port}/buildinfo`, `http://127.0.0.1:${port}/{slug}/buildinfo`])
      for (const prober of [createProber({ url, send, insecure: true })])
        for (let looks = 0; looks < 3; looks++)
          expect(await prober.buildinfo(one)).toEqual({ kind: "found", value: sha });
    expect(seen.size).toBe(6);
    server.closeAllConnections();
    server.close();
  });

  test.each([
    ["https://buildinfo.example.com/", "the same address for all tenants"],
    ["http://{slug}.example.com/buildinfo", "plain http"],
    ["{slug}", "is not an address"],
  ])("%s is refused: %s", (url, message) => {
    expect(() => createProber({ url, send })).toThrow(
      expect.objectContaining({ code: "FLEET_URL_INVALID", message: expect.stringContaining(message) }),
    );
  });
});

test.each([`${sha}-dirty`, `v${sha}`, "main\u200b"])(
  "a tenant that says it runs %s proves nothing, and what is odd is shown",
  async (odd) => {
    tenants.set("t1", { sha: odd });
    const reading = await createProber({ url: tenants.buildinfo, send }).buildinfo(tenant);
    expect(reading.kind).toBe("absent");
    expect(JSON.stringify(reading)).toContain(odd.replace("\u200b", String.raw`\\u{200b}`));
  },
);

describe("an answer that may be stored", () => {
  test("is unknown, and the cache is named; asking again would not help", async () => {
    tenants.set("t1", { manner: "cached" });
    expect(await createProber({ url: tenants.buildinfo, send }).buildinfo(tenant)).toMatchObject({
      kind: "unknown",
      cause: { code: "BUILDINFO_CACHED", retryable: false, message: expect.stringContaining("Age: 901") as string },
    });
  });

  test.each([
    [false, ["/t1/buildinfo", "/t1/buildinfo"]],
    [true, ["/t1/buildinfo?lateen=1", "/t1/buildinfo?lateen=2"]],
  ])("is not asked for: no request may be stored, and with bustCache %s", async (bustCache, addresses) => {
    const asked: { readonly address: string; readonly headers: Readonly<Record<string, string>> }[] = [];
    const recording: typeof send = (url, init) => {
      // The time of the query is left out, and the number remains.
      asked.push({ address: url.replace(tenants.url, "").replace(/=.*-/, "="), headers: init.headers });
      return send(url, init);
    };
    const prober = createProber({ url: tenants.buildinfo, send: recording, bustCache });
    for (const address of addresses) expect(await prober.buildinfo(tenant), address).toMatchObject({ kind: "found" });
    expect(asked.map(({ address }) => address)).toEqual(addresses);
    for (const { headers } of asked)
      expect(headers).toMatchObject({ "cache-control": "no-cache, no-store", pragma: "no-cache" });
  });
});
