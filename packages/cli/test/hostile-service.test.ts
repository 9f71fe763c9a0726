import { tmpdir } from "node:os";
import { startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { runHere } from "./run-lateen.ts";

// A service of another version, of a stranger, or behind a proxy that answers for it.

type Script = Parameters<typeof startScriptedServer>[0];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function against(script: Script, argv: readonly string[]) {
  const server = await startScriptedServer(script);
  closing.push(() => server.close());
  const options = { cwd: tmpdir(), env: { LATEEN_SERVER_TOKEN: "operate-token-1" } };
  return await runHere([...argv, "--server", server.url], options);
}

/** A service whose rollout has ended with `result`. */
const ended =
  (result: unknown, events: readonly object[] = []): Script =>
  ({ path }: { readonly path: string }) => {
    if (path.endsWith("/releases")) return { status: 202, body: { rollout: "r1", state: "queued" } };
    if (path.includes("/events")) return { body: { events: events.map((data, at) => ({ id: at + 1, data })) } };
    return { body: { id: "r1", state: "ended", result } };
  };
const ship = ["ship", "--sha", "b".repeat(40), "--json"];

test.each([
  ["is missing", undefined],
  ["is text", "shipped"],
  ["is of the next major version", { schemaVersion: 2, command: "ship", outcome: "shipped" }],
  ["has an outcome that is no word of ours", { schemaVersion: 1, command: "ship", outcome: "superb" }],
])("a result that %s is unknown (4), never shipped", async (_, result) => {
  const { code, stdout } = await against(ended(result), ship);
  expect(code).toBe(4);
  expect(stdout).not.toMatch(/"outcome": "shipped"/);
});

test("no control character of a result, an event or an error reaches the terminal", async () => {
  const hostile = "x\u001b]0;owned\u0007\u202e";
  const fleet = { enumerated: 1, verified: 1, ahead: 0, stragglers: [], quarantined: [], unknown: [] };
  const tenants = [{ slug: hostile, verdict: hostile, wave: hostile }];
  const result = {
    schemaVersion: 1,
    command: "ship",
    outcome: "shipped",
    reason: hostile,
    fleet: { ...fleet, tenants },
  };
  const events = [{ type: "warned", message: hostile }, { type: "tenants-posted" }, { type: "wave-started", wave: {} }];
  const shown = await against(ended(result, events), ["ship", "--sha", "b".repeat(40)]);
  expect(shown.code).toBe(0);
  const error = { code: hostile, message: hostile, why: hostile, fix: hostile };
  const refused = await against(() => ({ status: 409, body: { error } }), ["ship", "--sha", "b".repeat(40)]);
  expect(refused.code).toBe(3);
  for (const { stdout, stderr } of [shown, refused])
    for (const control of ["\u001b]", "\u0007", "\u202e"]) expect(stdout + stderr).not.toContain(control);
});

test("an order whose answer was lost may have been taken, and the error says so", async () => {
  const lost = await against(() => ({ fault: "reset" }), ship);
  expect({ code: lost.code, error: lost.json()["error"] }).toMatchObject({
    code: 4,
    error: { message: expect.stringContaining("may have been taken") as string },
  });
});

test("status shows what holds and what is frozen, in harmless lines", async () => {
  const fleet = {
    name: "default",
    running: { rollout: "r1", sha: "b".repeat(40), state: "paused", kind: "release" },
    queued: [],
    holds: [{ rule: "kill-switch", reason: "PROD_AUTO_DEPLOY_DISABLED is true", source: "https://git.example.com" }],
    freezes: [
      { reason: "weekend", days: ["sat", "sun"], hours: "20:00-08:00", zone: "Europe/Berlin" },
      { id: "f1", reason: "audit\u001b[2J", until: "2026-12-24", tenants: ["t1"], actor: "ada", at: "2026-11-30" },
    ],
    last: { sha: "a".repeat(40), outcome: "shipped", at: "2026-11-29T10:00:00Z" },
  };
  const { code, stdout } = await against(() => ({ body: fleet }), ["status"]);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toEqual([
    "default: bbbbbbbbbbbb is paused (r1)",
    "held by kill-switch: PROD_AUTO_DEPLOY_DISABLED is true (https://git.example.com)",
    "freeze: weekend (sat, sun, 20:00-08:00 in Europe/Berlin)",
    "freeze: audit [2J (until 2026-12-24; only t1; by ada)",
    "last: aaaaaaaaaaaa shipped at 2026-11-29T10:00:00Z",
  ]);
});
