import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Keyboard } from "../src/host.ts";
import { interruption } from "./run-lateen.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let sha = "";
beforeEach(async () => {
  world = await startWorld();
  sha = world.commits[1] ?? "";
});
afterEach(() => world.close());

/** A keyboard on which a test types. */
function createKeyboard(): Keyboard & { press(key: string): void; readonly open: () => boolean } {
  const listeners = new Set<(key: string) => void>();
  return {
    ask: async () => "y",
    listen(onKey) {
      listeners.add(onKey);
      return () => void listeners.delete(onKey);
    },
    press: (key) => listeners.forEach((listener) => listener(key)),
    open: () => listeners.size > 0,
  };
}

// eslint-disable-next-line no-control-regex
const erasure = /(\u001b\[\d+A\u001b\[J)/;

/** Final screen of a terminal: erasures are obeyed, nothing else is. */
function screenOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (const part of text.split(erasure)) {
    const [, up] = (erasure.test(part) ? /(\d+)A/.exec(part) : undefined) ?? [];
    if (up === undefined) lines.push(...part.split("\n").slice(0, -1));
    else lines.length -= Number(up);
  }
  return lines.map((line) => stripVTControlCharacters(line));
}

const utf8 = { LC_ALL: "C.UTF-8" };

describe("at a terminal", () => {
  test.each([80, 20])("of %i columns waves are redrawn in place and no line is wider", async (columns) => {
    const ran = await world.lateen(["ship", "--sha", sha, "--yes"], { columns, env: { ...utf8, NO_COLOR: "1" } });
    expect(ran.code, ran.stderr).toBe(0);
    const screen = screenOf(ran.stderr);
    expect(screen.filter((line) => /^ {2}(?:canary|batch-\d) +●/.test(line)).map((line) => line.trim())).toEqual([
      "canary   ●",
      "batch-1  ●●●",
      "batch-2  ●●",
    ]);
    const wide = screen.filter((text) => text.startsWith("  ") && text.length >= columns);
    expect(wide).toEqual([]);
    expect(ran.stderr).toMatch(columns === 20 ? /● {2}\ds\n/ : /● {2}soaks, \ds to go/);
    expect(ran.stderr).not.toContain("canary-a runs");
  });

  test("[pause-key] p starts nothing new until it is pressed again", async () => {
    const keyboard = createKeyboard();
    let atPause = -1;
    const ran = await world.lateen(["ship", "--sha", sha], {
      columns: 80,
      keyboard,
      onProgress(text) {
        if (atPause >= 0 || !text.includes("soaks")) return;
        atPause = 0;
        keyboard.press("p");
        setTimeout(() => {
          atPause = world.plane.moves().length;
          keyboard.press("p");
        }, 600);
      },
    });
    expect({ code: ran.code, atPause }, ran.stderr).toEqual({ code: 0, atPause: 1 });
    expect(ran.stderr).toContain("p continues");
    expect(keyboard.open()).toBe(false);
  });

  test("q detaches and says how to resume", async () => {
    const keyboard = createKeyboard();
    const stop = new AbortController();
    const ran = await world.lateen(["ship", "--sha", sha], {
      columns: 80,
      keyboard,
      signal: stop.signal,
      onInterrupt: () => stop.abort(interruption()),
      onProgress: (text) => (text.includes("soaks") && !stop.signal.aborted ? keyboard.press("q") : undefined),
    });
    expect({ code: ran.code, moves: world.plane.moves() }, ran.stderr).toEqual({ code: 130, moves: [["canary-a"]] });
    expect(ran.stderr).toContain("lateen rollout --resume");
  });
});
