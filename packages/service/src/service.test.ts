import { systemClock } from "@lateen/kernel";
import { describe, expect, test, vi } from "vitest";
import { commit, createClient, hasEnded, startFleet, type TestClient, type TestFleet, tokens } from "../test/world.ts";
import { useDatabase } from "../test/use-database.ts";
import { createService, type Service } from "./service.ts";

const server = useDatabase();

interface World extends TestClient, AsyncDisposable {
  readonly fleet: TestFleet;
  readonly service: Service;
  readonly name: string;
}

let fleets = 0;
/** A service of its own for each test; the name of the fleet keeps them apart in the one database. */
async function start(size = 5, moveMs = 20, soak = "100ms"): Promise<World> {
  const name = `fleet-${++fleets}`;
  const fleet = await startFleet(size, moveMs, soak);
  const service = await createService({
    database: server.url,
    fleets: { [name]: { settings: fleet.settings } },
    tokens,
    env: fleet.env,
  });
  const client = createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
  return {
    ...client,
    fleet,
    service,
    name,
    order: (sha) => client.order(sha, name),
    async [Symbol.asyncDispose]() {
      await service.close();
      await fleet.close();
    },
  };
}

const releases = ({ name }: World): string => `/v1/fleets/${name}/releases`;
const postsOf = (world: World): string[] => world.fleet.plane.moves().flat().toSorted();

describe("an order", () => {
  test("runs ship, and its result is that of ship", async () => {
    await using world = await start();
    const id = await world.order(commit("b"));
    const ended = await world.wait(id, hasEnded);
    expect(ended).toMatchObject({ actor: "ada", result: { outcome: "shipped", commit: commit("b") } });
    expect(postsOf(world)).toEqual(world.fleet.slugs.toSorted());
  });

  test("that comes twice is one rollout, also at the same time, and after it has shipped", async () => {
    await using world = await start();
    const body = { sha: commit("b") };
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.send("POST", releases(world), body)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 200, 202]);
    const ids = new Set(answers.map((answer) => answer.body.rollout));
    expect(ids.size).toBe(1);
    await world.wait([...ids][0] ?? "", hasEnded);
    expect(await world.send("POST", releases(world), body)).toMatchObject({
      status: 200,
      body: { rollout: [...ids][0], state: "ended" },
    });
    expect(postsOf(world)).toHaveLength(5);
  });

  test("of a commit that was replaced since is refused: that is a rollback", async () => {
    await using world = await start(2);
    for (const digit of ["b", "c"]) await world.wait(await world.order(commit(digit)), hasEnded);
    expect(await world.send("POST", releases(world), { sha: commit("b") })).toMatchObject({
      status: 409,
      body: { error: { code: "COMMIT_REPLACED" } },
    });
  });

  test("waits for the one before it, in its fleet", async () => {
    await using world = await start(4, 150);
    const first = await world.order(commit("b"));
    const second = await world.order(commit("c"));
    await world.wait(second, ({ state }) => state !== "queued");
    expect((await world.wait(first, hasEnded, 1)).result?.outcome).toBe("shipped");
    expect((await world.wait(second, hasEnded)).result?.outcome).toBe("shipped");
    expect(world.fleet.slugs.map((slug) => world.fleet.tenants.get(slug).sha)).toEqual(
      world.fleet.slugs.map(() => commit("c")),
    );
  });

  test("that is a dry run is another one, runs outside of the queue and moves nothing", async () => {
    await using world = await start(3, 300);
    const real = await world.order(commit("b"));
    const { status, body } = await world.send("POST", releases(world), { sha: commit("b"), dryRun: true });
    expect({ status, isOther: body.rollout !== real }).toEqual({ status: 202, isOther: true });
    expect((await world.wait(body.rollout ?? "", hasEnded)).result?.outcome).toBe("planned");
    await world.wait(real, hasEnded);
    expect(postsOf(world)).toHaveLength(3);
  });
});

describe("an act", () => {
  test("pauses once no call is in flight, continues, and both are events with their actor", async () => {
    await using world = await start(5, 200);
    const id = await world.order(commit("b"));
    await world.wait(id, () => world.fleet.plane.moves().length > 0);
    const act = { reason: "look at the canary" };
    expect(await world.send("POST", `/v1/rollouts/${id}/pause`, act, "operate-token-1")).toMatchObject({ status: 202 });
    await world.wait(id, ({ state }) => state === "paused");
    const calls = world.fleet.plane.moves().length;
    await systemClock.sleep(800);
    expect(world.fleet.plane.moves()).toHaveLength(calls);
    await world.send("POST", `/v1/rollouts/${id}/continue`, { reason: "it is well" });
    const ended = await world.wait(id, hasEnded);
    expect(ended.acts.map(({ verb, actor, reason }) => ({ verb, actor, reason }))).toEqual([
      { verb: "pause", actor: "otto", reason: "look at the canary" },
      { verb: "continue", actor: "ada", reason: "it is well" },
    ]);
    expect(ended.result?.outcome).toBe("shipped");
    const events = await readEvents(world, id);
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["rollout-queued", "pause-requested", "continue-requested", "rollout-ended"]),
    );
  });

  test("pauses in a soak that goes on counting, and nothing follows it", async () => {
    await using world = await start(2, 20, "4s");
    const id = await world.order(commit("b"));
    const soaks = async (): Promise<boolean> => (await eventsSoFar(world, id)).includes("soak-started");
    await vi.waitUntil(soaks, { timeout: 20_000, interval: 50 });
    await world.send("POST", `/v1/rollouts/${id}/pause`, { reason: "look at the canary" });
    await world.wait(id, ({ state }) => state === "paused");
    expect(await eventsSoFar(world, id)).not.toContain("soak-passed");
    await vi.waitUntil(async () => (await eventsSoFar(world, id)).includes("soak-passed"), { timeout: 20_000 });
    await systemClock.sleep(1_000);
    expect(await world.wait(id, () => true)).toMatchObject({ state: "paused" });
    expect(postsOf(world)).toEqual(["t0"]);
    await world.send("POST", `/v1/rollouts/${id}/continue`, { reason: "it is well" });
    expect((await world.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  });

  test("stops: halted, the journal is unfinished, and another commit has to wait until it is abandoned", async () => {
    await using world = await start(6, 200);
    const id = await world.order(commit("b"));
    await world.wait(id, () => world.fleet.plane.moves().length > 1);
    await world.send("POST", `/v1/rollouts/${id}/stop`, { reason: "checkout fails" });
    const stopped = await world.wait(id, hasEnded);
    expect(stopped.result).toMatchObject({ outcome: "halted", code: "STOPPED" });
    expect(await world.send("POST", `/v1/rollouts/${id}/pause`, { reason: "late" })).toMatchObject({
      status: 409,
      body: { error: { code: "ROLLOUT_ENDED", message: expect.stringContaining("halted") as string } },
    });
    const other = await world.wait(await world.order(commit("c")), hasEnded);
    expect(other.result?.outcome).toBe("refused");
    expect(await world.send("POST", `/v1/rollouts/${id}/abandon`, { reason: "a fix comes" })).toMatchObject({
      status: 202,
    });
    expect((await world.wait(await world.order(commit("c")), hasEnded)).result?.outcome).toBe("shipped");
  });

  test("stops what is still queued at once, and the one before it goes on", async () => {
    await using world = await start(4, 200);
    const first = await world.order(commit("b"));
    const second = await world.order(commit("c"));
    await world.send("POST", `/v1/rollouts/${second}/stop`, { reason: "not that one" });
    expect((await world.wait(second, hasEnded)).result).toMatchObject({ outcome: "halted", code: "STOPPED" });
    expect((await world.wait(first, hasEnded)).result?.outcome).toBe("shipped");
  });
});

describe("events", () => {
  test("have ids that increase by one, resume after the last one seen, and end with the rollout", async () => {
    await using world = await start(3);
    const id = await world.order(commit("b"));
    const all = await readEvents(world, id);
    expect(all.map((event) => event.id)).toEqual(all.map((_, at) => at + 1));
    expect(all.at(-1)?.event).toBe("rollout-ended");
    expect(all.every(({ data }) => typeof data.at === "number")).toBe(true);
    const rest = await readEvents(world, id, 4);
    expect(rest).toEqual(all.slice(4));
    expect(await readEvents(world, id, all.length)).toEqual([]);
  });
});

describe("the page", () => {
  test("loads nothing from elsewhere, runs no text, and its script sets text alone", async () => {
    await using world = await start(1);
    const get = async (path: string): Promise<Response> => world.service.fetch(new Request(`http://service${path}`));
    const page = await get("/");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/);
    const html = await page.text();
    expect(html).not.toMatch(/https?:|<script>| style=| on[a-z]+=/);
    const script = await (await get("/page.js")).text();
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?:/);
    const used = [...script.matchAll(/\$\("([\w-]+)"\)/g)].map(([, id]) => id);
    expect(used.filter((id) => !html.includes(`id="${id}"`))).toEqual([]);
  });
});

describe("a refusal", () => {
  test.each([
    { why: "no token", method: "GET", path: "/v1/fleets", token: "", status: 401, code: "UNAUTHENTICATED" },
    {
      why: "a wrong token",
      method: "POST",
      path: "/v1/fleets/x/releases",
      token: "x".repeat(20),
      status: 401,
      code: "UNAUTHENTICATED",
    },
    {
      why: "a small role",
      method: "POST",
      path: "/v1/fleets/nowhere/releases",
      token: "read-token-1",
      status: 403,
      code: "FORBIDDEN",
    },
    {
      why: "abandon by an operator",
      method: "POST",
      path: "/v1/rollouts/none/abandon",
      token: "operate-token-1",
      status: 403,
      code: "FORBIDDEN",
    },
    {
      why: "an unknown fleet",
      method: "POST",
      path: "/v1/fleets/nowhere/releases",
      body: "{",
      status: 404,
      code: "FLEET_UNKNOWN",
    },
    {
      why: "an unknown rollout",
      method: "POST",
      path: "/v1/rollouts/none/stop",
      body: "{",
      status: 404,
      code: "ROLLOUT_UNKNOWN",
    },
    { why: "no JSON", method: "POST", path: "/v1/fleets/FLEET/releases", body: "{", status: 400, code: "BODY_INVALID" },
    {
      why: "an unknown field",
      method: "POST",
      path: "/v1/fleets/FLEET/releases",
      body: { sha: commit("b"), dryrun: true },
      status: 400,
      code: "BODY_INVALID",
    },
    {
      why: "a short commit without a forge",
      method: "POST",
      path: "/v1/fleets/FLEET/releases",
      body: { sha: "bbbbbbb" },
      status: 400,
      code: "COMMIT_INVALID",
    },
    {
      why: "no reason",
      method: "POST",
      path: "/v1/fleets/FLEET/rollback",
      body: {},
      status: 400,
      code: "BODY_INVALID",
    },
    {
      why: "a body that is too large",
      method: "POST",
      path: "/v1/fleets/FLEET/releases",
      body: "x".repeat(70_000),
      status: 413,
      code: "BODY_TOO_LARGE",
    },
    {
      why: "a body that is too large, by a small role",
      method: "POST",
      path: "/v1/fleets/FLEET/releases",
      body: "x".repeat(70_000),
      token: "read-token-1",
      status: 403,
      code: "FORBIDDEN",
    },
    { why: "an address that is not there", method: "GET", path: "/v1/nothing", status: 404, code: "NOT_FOUND" },
  ])("for $why is $status $code, with three parts", async ({ method, path, body, token, status, code }) => {
    await using world = await start(1);
    const answer = await world.send(method, path.replace("FLEET", world.name), body, token ?? "admin-token-1");
    expect(answer).toMatchObject({
      status,
      body: { error: { code, message: expect.any(String) as string, fix: expect.any(String) as string } },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/-token-1|at .*\.ts/);
  });

  test("for wrong tokens without end is 429 for them alone", async () => {
    await using world = await start(1);
    const statuses = new Set<number>();
    for (let tries = 0; tries < 25; tries++)
      statuses.add((await world.send("GET", "/v1/fleets", undefined, `wrong-${tries}`)).status);
    expect([...statuses]).toEqual([401, 429]);
    expect((await world.send("GET", "/v1/fleets")).status).toBe(200);
  });
});

interface Event {
  readonly id: number;
  readonly event: string;
  readonly data: { readonly at?: unknown };
}

/** Reads a stream to its end. */
/** The types of all events until now, without waiting for more. */
async function eventsSoFar(world: World, id: string): Promise<string[]> {
  const headers = { authorization: "Bearer read-token-1", accept: "application/json" };
  const response = await world.service.fetch(
    new Request(`http://service/v1/rollouts/${id}/events?after=0`, { headers }),
  );
  const { events } = (await response.json()) as {
    readonly events: readonly { readonly data: { readonly type: string } }[];
  };
  return events.map(({ data }) => data.type);
}

async function readEvents(world: World, id: string, after?: number): Promise<Event[]> {
  const headers = {
    authorization: "Bearer read-token-1",
    ...(after === undefined ? {} : { "last-event-id": String(after) }),
  };
  const response = await world.service.fetch(new Request(`http://service/v1/rollouts/${id}/events`, { headers }));
  const text = await response.text();
  return text.split("\n\n").flatMap((block) => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
    const data = field("data");
    return data === undefined
      ? []
      : [{ id: Number(field("id")), event: field("event") ?? "", data: JSON.parse(data) as Event["data"] }];
  });
}
