import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readPastRollouts } from "./past-rollouts.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "lateen-past-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha = "a".repeat(40);
const started = (at: number) => ({ type: "rollout-started", id: "x", release: { sha, tag: "t" }, at });
const finished = (at: number, outcome = "shipped") => ({ type: "rollout-finished", outcome, reason: "", at });
const write = (name: string, ...entries: readonly unknown[]): void =>
  writeFileSync(join(folder, name), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));

test("rollouts that ended, of the newest and of earlier journals, with begin and end", async () => {
  write("rollout.jsonl", started(1_000), finished(61_000));
  write(
    "rollout-y-5-1.jsonl",
    started(2_000),
    { type: "soak-passed", wave: "canary", at: 3 },
    finished(9_000, "halted"),
  );
  const past = await readPastRollouts(folder);
  expect(past.toSorted((one, other) => one.startedAt - other.startedAt)).toEqual([
    { sha, outcome: "shipped", startedAt: 1_000, finishedAt: 61_000 },
    { sha, outcome: "halted", startedAt: 2_000, finishedAt: 9_000 },
  ]);
});

test("of a long journal only both ends are read", async () => {
  const probe = { type: "soak-passed", wave: "w".repeat(1_000), at: 3 };
  write("rollout.jsonl", started(1), ...Array.from({ length: 2_000 }, () => probe), finished(2));
  expect(await readPastRollouts(folder)).toEqual([{ sha, outcome: "shipped", startedAt: 1, finishedAt: 2 }]);
});

test("what is unfinished, torn, foreign or not there is left out", async () => {
  write("rollout-a-1-1.jsonl", started(1));
  write("rollout-b-1-1.jsonl");
  writeFileSync(join(folder, "rollout-c-1-1.jsonl"), `${JSON.stringify(started(1))}\n{"type":"rollout-fin`);
  write("notes.jsonl", started(1), finished(2));
  expect(await readPastRollouts(folder)).toEqual([]);
  expect(await readPastRollouts(join(folder, "nowhere"))).toEqual([]);
});
