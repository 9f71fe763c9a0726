import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import type { AnyEvent } from "../events.ts";
import { createStyle } from "./style.ts";
import { createTerminal } from "./terminal.ts";

function open(
  color: "always" | "never" = "never",
  rows = 24,
): {
  readonly screen: () => readonly string[];
  readonly happens: (event: object, afterMs?: number) => void;
  /** Everything since the beginning, as it is after all redrawing. */
  readonly kept: () => readonly string[];
} {
  let now = 0;
  const clock = { ...createFakeClock(), now: () => now };
  let text = "";
  let all = "";
  const out = {
    write: (more: string) => void ((text += more), (all += more)),
    isTerminal: true,
    columns: () => 60,
    rows: () => rows,
  };
  const style = createStyle(color, {}, out);
  const terminal = createTerminal({ out, style, clock, verbose: false, keys: () => "q detaches" });
  return {
    kept() {
      const lines: string[] = [];
      // eslint-disable-next-line no-control-regex
      for (const part of all.split(/(?=\u001b\[\d+A\u001b\[J)/)) {
        // eslint-disable-next-line no-control-regex
        const [code = "", up = "0"] = /^\u001b\[(\d+)A\u001b\[J/.exec(part) ?? [];
        lines.length -= Number(up);
        lines.push(...part.slice(code.length).split("\n").slice(0, -1));
      }
      return lines;
    },
    screen() {
      text = "";
      terminal.tick?.();
      return text
        .slice(text.indexOf("J") + 1)
        .trimEnd()
        .split("\n");
    },
    happens(event, afterMs = 0) {
      now += afterMs;
      terminal.event(event as AnyEvent);
    },
  };
}

const slugs = (count: number, wave: number): string[] =>
  Array.from({ length: count }, (_, index) => `t${wave}-${index}`);

function play({ happens }: ReturnType<typeof open>, wave: number, size: number): void {
  const own = slugs(size, wave);
  happens({ type: "wave-started", wave: `batch-${wave}`, stage: `batch-${wave}`, slugs: own, canary: false });
  happens({ type: "tenants-posted", wave: `batch-${wave}`, slugs: own, call: wave, attempt: 1 });
  for (const slug of own) happens({ type: "tenant-verified", slug, sha: "a".repeat(40), verdict: "verified" });
  happens({ type: "wave-finished", wave: `batch-${wave}`, tenants: size, healthy: size, failureBound: 0.5 }, 2000);
}

test("more waves than a terminal is high are shown in one line", () => {
  const terminal = open();
  for (let wave = 1; wave <= 14; wave++) play(terminal, wave, 2);
  const lines = terminal.screen();
  expect(lines).toHaveLength(12);
  expect(lines.slice(0, 2)).toEqual(["  4 waves before  ● 8", "  batch-5   ●●"]);
});

test("a wave that is wider than the terminal is shown in numbers", () => {
  const terminal = open();
  const own = slugs(70, 1);
  terminal.happens({ type: "wave-started", wave: "rest", stage: "rest", slugs: own, canary: false });
  terminal.happens({ type: "tenants-posted", wave: "rest", slugs: own.slice(0, 20), call: 1, attempt: 1 });
  terminal.happens({ type: "tenant-verified", slug: own[0], sha: "a".repeat(40), verdict: "verified" });
  expect(terminal.screen()[0]).toBe("  rest  ● 1  ○ 19  · 50  t1-1, t1-2, t1-3, t1-4, t1-5, t…");
});

test("the time that remains follows the pace so far, and the soaks that are planned", () => {
  const terminal = open();
  terminal.happens({
    type: "fleet-enumerated",
    tenants: [...slugs(2, 1), ...slugs(4, 2)].map((slug) => ({ slug })),
    ephemeral: [],
    pinned: [],
  });
  terminal.happens({
    type: "stages-planned",
    stages: [
      { name: "batch-1", slugs: [], soakMs: 0 },
      { name: "batch-2", slugs: [], soakMs: 60_000 },
    ],
  });
  expect(terminal.screen().join("")).not.toContain("left");
  play(terminal, 1, 2);
  // One second for each of four tenants, and a soak of a minute.
  expect(terminal.screen().at(-1)).toContain("about 1m4s left");
});

test("colours do not count as width", () => {
  const terminal = open("always");
  play(terminal, 1, 25);
  expect(terminal.screen()[0]).toBe(`  batch-1  \u001b[32m${"●".repeat(25)}\u001b[39m`);
});

const tenantsOf = (names: readonly string[]): readonly object[] => names.map((slug) => ({ slug }));

test("who runs the release already counts, who is pinned does not, and what failed is said", () => {
  const terminal = open();
  const names = ["amber", "birch", "cedar", "dune", "ember"];
  terminal.happens({ type: "rollout-started", id: "1", release: { sha: "a".repeat(40), tag: "staging-a" } });
  terminal.happens({ type: "fleet-enumerated", tenants: tenantsOf(names), ephemeral: [], pinned: ["ember"] });
  terminal.happens({ type: "baseline-read", tenants: [["amber", { kind: "done", verdict: "verified", sha: "a" }]] });
  terminal.happens({
    type: "wave-started",
    wave: "rest",
    stage: "rest",
    slugs: ["birch", "cedar", "dune"],
    canary: false,
  });
  terminal.happens({ type: "tenant-verified", slug: "birch", sha: "a".repeat(40), verdict: "verified" });
  terminal.happens({ type: "tenant-failed", slug: "cedar", reason: "runs another" });
  expect(terminal.screen()[0]).toBe("  rest  ●✗·");
  expect(terminal.screen()[1]).toMatch(/^ {2}2 of 4 verified, 1 failed, 1 pinned /);
});

test("once a rollout has ended its waves stay where they are, and later lines follow below", () => {
  const terminal = open();
  play(terminal, 1, 2);
  terminal.happens({ type: "rollout-finished", outcome: "shipped", reason: "" });
  terminal.happens({ type: "warned", message: "later" });
  expect(terminal.kept().map((line) => line.split("   ")[0])).toEqual([
    "  batch-1  ●●",
    "  2 of 2 verified",
    "rollout: shipped",
    "later",
  ]);
});

test("a resumed rollout shows what was done before it", () => {
  const terminal = open();
  const facts = [
    { type: "rollout-started", id: "1", release: { sha: "a".repeat(40), tag: "staging-a" } },
    { type: "fleet-enumerated", tenants: tenantsOf(["amber", "birch"]), ephemeral: [], pinned: [] },
    {
      type: "stages-planned",
      stages: [
        { name: "canary", slugs: ["amber"], soakMs: 0 },
        { name: "rest", slugs: ["birch"], soakMs: 0 },
      ],
    },
    { type: "wave-started", wave: "canary", stage: "canary", slugs: ["amber"], canary: true },
    { type: "tenant-verified", slug: "amber", sha: "a".repeat(40), verdict: "verified" },
    { type: "soak-started", wave: "canary", until: 9_000 },
  ];
  terminal.happens({ type: "facts-recalled", facts: facts.map((fact) => ({ ...fact, at: 0 })) }, 2_000);
  expect(terminal.screen().slice(0, 2)).toEqual(["  canary  ●  soaks, 7s to go", "  rest    ·"]);
  expect(terminal.screen().at(-1)).toContain("1 of 2 verified");
});

test("going back is reported by itself, for the tenants that go", () => {
  const terminal = open();
  play(terminal, 1, 3);
  const stages = [{ name: "return-bbbbbbb", slugs: ["t1-0", "t1-1"], soakMs: 0 }];
  terminal.happens({ type: "return-planned", stages });
  terminal.happens({
    type: "wave-started",
    wave: "return-bbbbbbb",
    stage: "return-bbbbbbb",
    slugs: ["t1-0", "t1-1"],
    canary: false,
  });
  terminal.happens({ type: "tenant-verified", slug: "t1-0", sha: "b".repeat(40), verdict: "verified" });
  expect(terminal.kept()[0]).toBe("  batch-1  ●●●");
  expect(terminal.screen()[0]).toBe("  return-bbbbbbb  ●·");
  expect(terminal.screen().at(-1)).toContain("1 of 2 back");
});

test.each([2, 3, 5, 8, 24])("a terminal of %i lines is higher than what is redrawn", (rows) => {
  const terminal = open("never", rows);
  for (let wave = 1; wave <= 14; wave++) play(terminal, wave, 2);
  const lines = terminal.screen();
  expect(lines.length).toBeLessThan(rows);
  expect(lines.at(-1)).toContain("q detaches");
});
