import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import type { AnyEvent } from "./events.ts";
import { createStyle } from "./style.ts";
import { createTerminal } from "./terminal.ts";

function open(color: "always" | "never" = "never"): {
  readonly screen: () => readonly string[];
  readonly happens: (event: object, afterMs?: number) => void;
} {
  let now = 0;
  const clock = { ...createFakeClock(), now: () => now };
  let text = "";
  const out = { write: (more: string) => void (text += more), isTerminal: true, columns: () => 60 };
  const style = createStyle(color, {}, out);
  const terminal = createTerminal({ out, style, clock, verbose: false, keys: () => "q detaches" });
  return {
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

test("more waves than a terminal is high are told in one line", () => {
  const terminal = open();
  for (let wave = 1; wave <= 14; wave++) play(terminal, wave, 2);
  const lines = terminal.screen();
  expect(lines).toHaveLength(12);
  expect(lines.slice(0, 2)).toEqual(["  4 waves before  ● 8", "  batch-5   ●●"]);
});

test("a wave that is wider than the terminal is told in numbers", () => {
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
