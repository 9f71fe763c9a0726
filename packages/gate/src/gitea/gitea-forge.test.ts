import { secret } from "@lateen/kernel";
import { startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import { closeGiteaWorlds, mine, startGiteaWorld } from "../testing/gitea-world.ts";
import { createGiteaForge } from "./create-gitea-forge.ts";

type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all([closeGiteaWorlds(), ...servers.splice(0).map((server) => server.close())]);
});

describe("variables", () => {
  test.each([
    [{ data: "x" }, "x"],
    [{ value: "x" }, "x"],
    [{ data: "", value: null }, ""],
    [{ name: "STOP" }, undefined],
    [{ data: 1 }, undefined],
  ])("%j is %j", async (body, value) => {
    const { fake, forge } = await startGiteaWorld();
    fake.misbehave({ on: /variables/, body });
    expect(await forge.variable("STOP")).toMatchObject(
      value === undefined ? { kind: "unknown" } : { kind: "found", value },
    );
  });
});

describe("variables of an owner that is a user", () => {
  test("count as an organisation's do, and the repository's win", async () => {
    const { fake, forge } = await startGiteaWorld({ ownerIsUser: true });
    expect(await forge.variable("STOP")).toMatchObject({ kind: "absent" });
    fake.setVariable("STOP", "true", "owner");
    expect(await forge.variable("STOP")).toEqual({ kind: "found", value: "true" });
    fake.setVariable("STOP", "false");
    expect(await forge.variable("STOP")).toEqual({ kind: "found", value: "false" });
  });

  test("are not known to another user, who may not read them", async () => {
    const { fake, forge } = await startGiteaWorld({ ownerIsUser: true, login: "root" });
    fake.setVariable("STOP", "true", "owner");
    const cause = { code: "FORGE_FORBIDDEN", category: "auth", message: expect.stringContaining("acme") as string };
    expect(await forge.variable("STOP")).toMatchObject({ kind: "unknown", cause });
  });

  test.each([403, 500])("are not known if the token's user is not (%i)", async (status) => {
    const { fake, forge } = await startGiteaWorld({ ownerIsUser: true });
    fake.misbehave({ on: /v1\/user$/, status });
    expect(await forge.variable("STOP")).toMatchObject({ kind: "unknown" });
  });
});

test("a repository that is hidden from the token is no variable that is not set", async () => {
  const { fake, forge } = await startGiteaWorld();
  fake.misbehave({ on: /repos.*variables/, status: 404, body: { message: "not found" } });
  expect(await forge.variable("STOP")).toMatchObject({ kind: "unknown", cause: { code: "FORGE_NOT_FOUND" } });
});

describe("the connection", () => {
  test("names itself, and shows its token to the forge only", async () => {
    const server = await startScriptedServer(() => ({ body: { commit: { id: mine } } }));
    servers.push(server);
    const forge = createGiteaForge({ url: `${server.url}/`, repository: "acme/core", token: secret("s3cret") });
    await forge.head("feature/a");
    expect(server.requests[0]).toMatchObject({
      path: "/api/v1/repos/acme/core/branches/feature%2Fa",
      headers: { authorization: "token s3cret", "user-agent": expect.stringMatching(/^lateen/) },
    });
  });

  test.each<[string, number, number, () => string]>([
    ["20", 403, 20_000, () => "20"],
    ["until a date", 429, 90_000, () => new Date(Date.now() + 90_000).toUTCString()],
  ])("a wish to wait %s, with %s, is known", async (_, status, waitMs, wish) => {
    const { fake, forge } = await startGiteaWorld({});
    fake.misbehave({ status, headers: { "retry-after": wish() } });
    const impatient = createGiteaForge({ url: fake.url, repository: "acme/core", retry: { attempts: 1 } });
    const reading = await impatient.head("main");
    expect(reading).toMatchObject({ kind: "unknown", cause: { code: "FORGE_RATE_LIMITED", category: "unavailable" } });
    const asked = reading.kind === "unknown" ? (reading.cause.retryAfterMs ?? 0) : 0;
    expect(Math.abs(asked - waitMs)).toBeLessThan(15_000);
    expect(forge.urlOf({ kind: "branch", name: "main" })).toBe(`${fake.api}/repos/acme/core/branches/main`);
  });

  test("a date to wait for is read by the server's clock", async () => {
    const { fake } = await startGiteaWorld();
    const headers = { date: "Mon, 01 Jan 2001 00:00:00 GMT", "retry-after": "Mon, 01 Jan 2001 00:00:45 GMT" };
    fake.misbehave({ status: 429, headers });
    const impatient = createGiteaForge({ url: fake.url, repository: "acme/core", retry: { attempts: 1 } });
    expect(await impatient.head("main")).toMatchObject({ cause: { retryAfterMs: 45_000 } });
  });

  test("repeated requests are reported", async () => {
    const { fake, forge, events } = await startGiteaWorld();
    fake.misbehave({ status: 503, times: 1 });
    await forge.head("main");
    expect(events).toMatchObject([
      { type: "request-retried", attempt: 1, url: expect.stringContaining("/branches/main") },
    ]);
  });
});
