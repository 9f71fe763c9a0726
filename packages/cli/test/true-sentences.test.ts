import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

// An operator reads one sentence at night: it must not say more than what was seen.

let world: World;
let last: string;
beforeAll(async () => {
  world = await startWorld({ size: 3 });
  last = world.commits.at(-1) ?? "";
});
afterAll(() => world.close());

test("a waived check is not called green", async () => {
  world.forge.setStatus({ sha: last, context: "CI / all-required (push)", state: "failure" });
  const waived = await world.lateen(["gate", "--sha", last, "--override", "gate=runner outage", "--json"]);
  expect(waived.json()).toMatchObject({ outcome: "open", reason: "1 required check waived" });
  world.forge.setStatus({ sha: last, context: "CI / all-required (push)", state: "success" });
  const green = await world.lateen(["gate", "--sha", last, "--json"]);
  expect(green.json()).toMatchObject({ outcome: "open", reason: "every required check is green" });
});

test("a newer commit is named once", async () => {
  const { stdout } = await world.lateen(["ship", "--sha", world.commits[0] ?? ""]);
  expect(stdout.split(last)).toHaveLength(2);
});

test("status claims no agreement where the ledger is empty", async () => {
  const { code, json } = await world.lateen(["status", "--json"]);
  expect({ code, reason: json().reason }).toEqual({
    code: 4,
    reason: "the ledger has no entry yet, so nothing was compared",
  });
});

test("a dry run that would give a rollout up says so", async () => {
  world.plane.treat("canary-a", "denies");
  expect((await world.lateen(["rollout", "--sha", last])).code).toBe(5);
  const { code, stdout } = await world.lateen(["rollout", "--abandon", "--dry-run"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^would abandon the rollout of [0-9a-f]{40}; nothing was written/);
});
