import { beforeEach, afterEach, describe, expect, test } from "vitest";
import { commit, createClient, hasEnded, startFleet, type TestClient, type TestFleet, tokens } from "../test/world.ts";
import { useDatabase } from "../test/use-database.ts";
import { createService, type Service } from "./service.ts";

const server = useDatabase();

let fleet: TestFleet;
let service: Service;
let client: TestClient;
let path: string;
let name: string;
let runs = 0;
beforeEach(async () => {
  name = `frozen-${++runs}`;
  path = `/v1/fleets/${name}/freezes`;
  fleet = await startFleet(4, 100);
  service = await createService({
    database: server.url,
    fleets: { [name]: { settings: fleet.settings } },
    tokens,
    env: fleet.env,
  });
  client = createClient((to, init) => service.fetch(new Request(`http://service${to}`, init)));
});
afterEach(async () => {
  await service.close();
  await fleet.close();
});

interface Made {
  readonly freeze: { readonly id: string };
}
const freeze = async (body: object): Promise<string> => {
  const answer = await client.send("POST", path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return (answer.body as unknown as Made).freeze.id;
};
const shown = async (): Promise<readonly object[]> =>
  ((await client.send("GET", `/v1/fleets/${name}`)).body as { readonly freezes?: readonly object[] }).freezes ?? [];

test("a freeze holds releases with its reason until it is lifted, and both acts are kept with their actor", async () => {
  const id = await freeze({ reason: "database migration" });
  expect(await shown()).toMatchObject([{ id, reason: "database migration", actor: "ada" }]);
  expect((await client.wait(await client.order(commit("b"), name), hasEnded)).result).toMatchObject({
    outcome: "held",
    code: "FREEZE",
    reason: expect.stringContaining("database migration") as string,
  });
  expect(fleet.plane.moves()).toEqual([]);
  expect(await client.send("DELETE", `${path}/${id}`, { reason: "it is done" })).toMatchObject({
    status: 200,
    body: { freezes: [id], lifted: { actor: "ada", reason: "it is done" } },
  });
  expect(await shown()).toEqual([]);
  expect((await client.wait(await client.order(commit("b"), name), hasEnded)).result?.outcome).toBe("shipped");
});

test("a freeze in the middle of a rollout starts nothing more, and the same order goes on after it", async () => {
  const id = await client.order(commit("b"), name);
  await client.wait(id, () => fleet.plane.moves().length > 0);
  await freeze({ reason: "incident" });
  expect((await client.wait(id, hasEnded)).result).toMatchObject({ outcome: "held" });
  const moved = fleet.plane.moves().flat().length;
  expect(moved).toBeLessThan(4);
  await client.send("DELETE", path, { reason: "over" });
  expect((await client.wait(await client.order(commit("b"), name), hasEnded)).result?.outcome).toBe("shipped");
  expect(fleet.plane.moves().flat().toSorted()).toEqual(fleet.slugs.toSorted());
});

test("a freeze of one tenant leaves it where it is, and the others move", async () => {
  await freeze({ reason: "customer asked", tenants: ["t2"] });
  const { result } = await client.wait(await client.order(commit("b"), name), hasEnded);
  expect(fleet.plane.moves().flat().toSorted(), JSON.stringify(result)).toEqual(["t0", "t1", "t3"]);
  expect(fleet.tenants.get("t2").sha).toBe(commit("a"));
});

test("each freeze says if it is in force now", async () => {
  await freeze({ reason: "now" });
  await freeze({ reason: "one tenant", tenants: ["t2"] });
  await freeze({ reason: "an hour ago", until: new Date(Date.now() - 3_600_000).toISOString() });
  await freeze({ reason: "in an hour", from: new Date(Date.now() + 3_600_000).toISOString() });
  expect(await shown()).toMatchObject([
    { reason: "now", active: true },
    { reason: "one tenant", active: true },
    { reason: "an hour ago", active: false },
    { reason: "in an hour", active: false },
  ]);
});

test("a freeze that is over holds nothing", async () => {
  await freeze({ reason: "last year", until: "2025-12-31" });
  expect((await client.wait(await client.order(commit("b"), name), hasEnded)).result?.outcome).toBe("shipped");
});

describe("a refusal", () => {
  test.each([
    { why: "an operator", body: { reason: "x" }, token: "operate-token-1", status: 403, code: "FORBIDDEN" },
    { why: "no reason", body: {}, status: 400, code: "BODY_INVALID" },
    { why: "a date that is none", body: { reason: "x", until: "soon" }, status: 400, code: "BODY_INVALID" },
    { why: "a zone that is none", body: { reason: "x", zone: "Mars/Base" }, status: 400, code: "BODY_INVALID" },
    { why: "a tenant that is none", body: { reason: "x", tenants: ["../x"] }, status: 400, code: "BODY_INVALID" },
    { why: "an unknown field", body: { reason: "x", till: "2026-01-01" }, status: 400, code: "BODY_INVALID" },
  ])("of a freeze by $why is $status", async ({ body, token, status, code }) => {
    expect(await client.send("POST", path, body, token ?? "admin-token-1")).toMatchObject({
      status,
      body: { error: { code } },
    });
    expect(await shown()).toEqual([]);
  });

  test("of lifting what there is not is 404, before its body is looked at", async () => {
    expect(await client.send("DELETE", `${path}/none`, "{")).toMatchObject({
      status: 404,
      body: { error: { code: "FREEZE_UNKNOWN" } },
    });
  });

  test("of lifting by an operator is 403", async () => {
    const id = await freeze({ reason: "x" });
    expect((await client.send("DELETE", `${path}/${id}`, { reason: "x" }, "operate-token-1")).status).toBe(403);
    expect(await shown()).toHaveLength(1);
  });
});
