import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundledBin } from "./bundled-programs.ts";
import { openTerminal, type Terminal, type TerminalOptions } from "./tmux.ts";
import { startWorld, tokens, type World } from "./world.ts";

const program = process.env["LATEEN_REAL_TMUX"] ?? "";

let world: World;
let sha = "";
let terminal: Terminal | undefined;

beforeEach(async () => {
  world = await startWorld({ size: 8 });
  sha = world.commits[1] ?? "";
});
afterEach(async () => {
  terminal?.close();
  terminal = undefined;
  await world.close();
});

/** Long enough to look at, and to press a key in. */
const soakFor = (soak: string): void => world.configure((text) => text.replace("soak: 30ms", `soak: ${soak}`));

async function open(options: Partial<TerminalOptions> = {}): Promise<Terminal> {
  terminal = await openTerminal({
    program,
    cwd: world.folder.path,
    ...options,
    env: { ...tokens, PATH: `${bundledBin}:${process.env["PATH"]}`, GITHUB_ACTOR: "octavia", ...options.env },
  });
  await terminal.enter("stty -g > before");
  return terminal;
}

/** Runs a line, with its exit code at the end, and says nothing of how it looks. */
const ending = (line: string): string => `${line}; echo "exit $?"`;

/** The terminal is as it was: its modes, its cursor, and what is typed is shown. */
async function expectSane(at: Terminal): Promise<void> {
  await at.enter("stty -g > after; echo typed''again");
  await at.shows(/^typedagain$/m);
  expect(world.folder.read("after")).toBe(world.folder.read("before"));
  expect({ askCursorFlag: await at.ask("cursor_flag"), askAlternateOn: await at.ask("alternate_on") }).toEqual({
    askCursorFlag: "1",
    askAlternateOn: "0",
  });
}

/** The lines of the frame: everything from the canary down. */
function frameOf(screen: readonly string[]): readonly string[] {
  return screen.slice(screen.findLastIndex((line) => line.startsWith("  canary ")));
}

/** Ends in 0, and production is where it should be. */
async function expectShipped(at: Terminal): Promise<void> {
  await at.shows("exit 0");
  expect(world.tag("acme/platform", "latest")).toBe(world.digest("acme/platform", 1));
  expect(new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha))).toEqual(new Set([sha]));
}

describe.skipIf(program === "")("in a terminal", () => {
  test("waves are redrawn in place, with a countdown and the time that remains, and the numbers add up", async () => {
    soakFor("3s");
    const at = await open();
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    const first = await at.shows("soaks, 3s to go");
    expect(frameOf(first)).toEqual([
      "  canary   ●  soaks, 3s to go",
      "  batch-1  ···",
      "  batch-2  ···",
      "  batch-3  ·",
      expect.stringMatching(/^ {2}1 of 8 verified {3}\ds so far, about \d+s left {3}p pauses, q detaches$/),
    ]);
    const second = await at.shows("soaks, 1s to go");
    // In place: nothing moved but the numbers.
    expect(second.length).toBe(first.length);
    await expectShipped(at);
    const kept = await at.history();
    expect(kept.filter((line) => line.startsWith("  canary "))).toEqual(["  canary   ●"]);
    const from = kept.indexOf("  canary   ●");
    expect(kept.slice(from, from + 5)).toEqual([
      "  canary   ●",
      "  batch-1  ●●●",
      "  batch-2  ●●●",
      "  batch-3  ●",
      expect.stringMatching(/^ {2}8 of 8 verified {3}\ds so far$/),
    ]);
    expect(kept.indexOf("rollout: shipped")).toBe(from + 5);
    await expectSane(at);
  });

  test("p holds the next wave, and goes on when it is pressed again", async () => {
    soakFor("1s");
    const at = await open();
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    await at.shows("soaks");
    await at.press("p");
    await at.shows("no wave starts until it continues");
    await at.shows("paused: p continues, q detaches");
    await pause(2500);
    expect(world.plane.moves()).toEqual([["canary-a"]]);
    expect(frameOf(await at.screen())[0]).toBe("  canary   ●");
    await at.press("p");
    await at.shows("the pause is over");
    await expectShipped(at);
    await expectSane(at);
  });

  test("q detaches, and the line that it prints goes on from there", async () => {
    soakFor("5s");
    const at = await open();
    await at.enter(ending("lateen ship --yes"));
    await at.shows(/error|fix/);
    await at.shows("exit 2");
    await at.enter(`clear; export GITHUB_SHA=${sha}`);
    await at.enter(ending("lateen ship --yes"));
    await at.shows("soaks, 5s");
    await at.press("q");
    await at.shows("interrupted by q: starting nothing new");
    await at.shows("exit 130");
    const line = (await at.history()).find((one) => one.startsWith("next: "))?.slice("next: ".length) ?? "";
    expect(line.trim()).toBe(`lateen ship --yes --sha ${sha}`);
    await expectSane(at);
    // The rest of the soak is still watched, and the canary is not moved again.
    await at.enter("clear; unset GITHUB_SHA");
    await at.enter(ending(line.trim()));
    const resumed = await at.shows(/canary {3}● {2}soaks, [1-4]s to go/);
    expect(frameOf(resumed).slice(1, 4)).toEqual(["  batch-1  ···", "  batch-2  ···", "  batch-3  ·"]);
    expect(resumed.join("\n")).toContain("1 of 8 verified");
    await expectShipped(at);
    expect(
      world.plane
        .moves()
        .flat()
        .filter((slug) => slug === "canary-a"),
    ).toHaveLength(1);
    expect((await at.history()).join("\n")).toContain("8 of 8 verified");
  });

  test("Ctrl-C once lets what is in flight settle; twice stops at once", async () => {
    soakFor("3s");
    const at = await open();
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    await at.shows("soaks");
    await at.press("C-c");
    await at.shows("interrupted by Ctrl-C: starting nothing new");
    await at.shows("exit 130");
    expect((await at.history()).join("\n")).toContain(`next: lateen ship --sha ${sha} --yes`);
    await expectSane(at);
    world.plane.meet({ kind: "hangs" });
    await at.enter("clear");
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    await at.shows(/batch-1 {2}○○○/);
    await at.press("C-c");
    await at.shows("detaching: waits for what is in flight, q stops now");
    await at.press("C-c");
    await at.shows("exit 130");
    expect((await at.screen()).join("\n")).toMatch(/^error: .*second signal/m);
    await expectSane(at);
  });

  test.each(["TERM", "INT", "KILL"])("kill -%s leaves a terminal behind that can be used", async (signal) => {
    soakFor("2s");
    const at = await open();
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    await at.shows("soaks");
    const pid = (await at.ask("pane_pid")).trim();
    const [child = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    process.kill(Number(child), `SIG${signal}`);
    if (signal === "KILL") {
      // Nothing of ours can tidy up after this one; the shell does, as it always does.
      await at.shows("exit 137");
      await at.enter("stty sane");
      return;
    }
    await at.shows(signal === "INT" ? "exit 130" : "exit 143");
    expect((await at.history()).join("\n")).toContain(`interrupted by SIG${signal}`);
    await expectSane(at);
  });

  describe("before production is changed", () => {
    const question = "lateen ship changes production. Continue? [y/N]";

    test.each([
      ["y", ["y", "Enter"], 0, undefined],
      ["n", ["n", "Enter"], 2, "error: not confirmed; nothing was touched"],
      ["Enter", ["Enter"], 2, "error: not confirmed; nothing was touched"],
      ["Ctrl-D", ["C-d"], 2, "error: not confirmed; nothing was touched"],
      ["Ctrl-C", ["C-c"], 130, "error: interrupted by Ctrl-C; nothing was touched"],
    ] as const)("the question answered with %s ends as it says", async (_, keys, code, says) => {
      const at = await open();
      await at.enter(ending(`lateen ship --sha ${sha}`));
      await at.shows(question);
      await at.press(...keys);
      await at.shows(`exit ${code}`);
      if (says !== undefined) expect(await at.screen()).toContain(says);
      expect((await at.screen()).join("\n")).not.toContain("to go on");
      expect(world.plane.moves().length > 0).toBe(code === 0);
      await expectSane(at);
    });

    test("the keys answer once the question is answered", async () => {
      soakFor("3s");
      const at = await open();
      await at.enter(ending(`lateen ship --sha ${sha}`));
      await at.shows(question);
      await at.enter("y");
      await at.shows("soaks");
      await at.press("p");
      await at.shows("paused: p continues, q detaches");
      await at.press("C-c");
      await at.shows("exit 130");
      expect(world.plane.moves()).toEqual([["canary-a"]]);
      await expectSane(at);
    });

    test("a dry run, a job and a stdin that is not a terminal are not asked", async () => {
      const at = await open({ rows: 50 });
      await at.enter(ending(`lateen ship --sha ${sha} --dry-run > /dev/null`));
      await at.shows("exit 0");
      await at.enter("clear");
      await at.enter(ending(`CI=true lateen gate --sha ${sha}`));
      await at.shows("exit 0");
      await at.enter("clear");
      await at.enter(ending(`echo n | lateen ship --sha ${sha}`));
      await expectShipped(at);
      expect((await at.history()).join("\n")).not.toContain("[y/N]");
    });
  });

  test("in the background it goes on, line by line", async () => {
    const at = await open({ rows: 60 });
    await at.enter(`set -m; (lateen ship --sha ${sha} --yes -v; echo "exit $?") &`);
    await expectShipped(at);
    await at.press("Enter");
    expect((await at.history()).join("\n")).toContain("canary-a runs");
    await expectSane(at);
  });

  test.each([20, 200])("of %i columns nothing is wider, and the frame stays whole", async (columns) => {
    soakFor("2s");
    const at = await open({ columns });
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    const screen = await at.shows(columns === 20 ? /canary {3}● {2}[12]s$/m : /soaks, [12]s to go/);
    expect(frameOf(screen).slice(1, 4)).toEqual(["  batch-1  ···", "  batch-2  ···", "  batch-3  ·"]);
    for (const line of frameOf(screen)) expect(line.length).toBeLessThan(columns);
    await expectShipped(at);
    expect((await at.history()).filter((line) => line.startsWith("  canary "))).toEqual(["  canary   ●"]);
    await expectSane(at);
  });

  test("a window that is resized in mid-run keeps one frame", async () => {
    soakFor("9s");
    const at = await open();
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    await at.shows("soaks, 9s");
    for (const [columns, rows] of [
      [24, 24],
      [120, 40],
      [60, 12],
    ] as const) {
      // Right after a second has passed: tmux reports the new size up to 250 ms late, and what is drawn until then is lost.
      await at.passes();
      await at.resize(columns, rows);
      await pause(1300);
      const screen = await at.screen();
      expect(
        screen.filter((line) => line.startsWith("  canary ")),
        screen.join("\n"),
      ).toHaveLength(1);
      expect(
        screen.filter((line) => line.includes("of 8 verified")),
        screen.join("\n"),
      ).toHaveLength(1);
    }
    await expectShipped(at);
    expect((await at.history()).filter((line) => /^ {2}canary /.test(line))).toEqual(["  canary   ●"]);
  });

  test("colours come and go with NO_COLOR, FORCE_COLOR and TERM", async () => {
    const at = await open({ rows: 60 });
    const seen = async (line: string): Promise<string> => {
      await at.enter("clear");
      await at.enter(ending(line));
      await at.shows(/exit \d/);
      return (await at.coloured()).join("\n");
    };
    const gate = `lateen gate --sha ${sha} --config nowhere.yaml`;
    const red = "\u001b[31m";
    expect(await seen(gate)).toContain(red);
    expect(await seen(`NO_COLOR=1 ${gate}`)).not.toContain(red);
    expect(await seen(`NO_COLOR=1 FORCE_COLOR=1 ${gate}`)).not.toContain(red);
    expect(await seen(`FORCE_COLOR=0 ${gate}`)).not.toContain(red);
    expect(await seen(`TERM=dumb ${gate}`)).not.toContain(red);
    expect(await seen(`TERM=dumb FORCE_COLOR=1 ${gate}`)).toContain(red);
    // A dumb terminal gets one line per change, and none is taken back.
    const dumb = await seen(`TERM=dumb lateen ship --sha ${sha} --yes`);
    expect(dumb).toContain("batch-1 done");
    expect(dumb).not.toContain("●");
  });

  test("in a locale without UTF-8 everything is ASCII", async () => {
    soakFor("2s");
    const at = await open({ rows: 60, env: { LC_ALL: "C" } });
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    expect(frameOf(await at.shows("soaks, 2s"))[0]).toBe("  canary   #  soaks, 2s to go");
    await expectShipped(at);
    const all = (await at.history()).join("\n");
    expect(all).toContain("-- promotion");
    expect(all).toMatch(/[0-9a-f]{7} -> [0-9a-f]{7}/);
    // eslint-disable-next-line no-control-regex
    expect(all).not.toMatch(/[^\u0000-\u007f]/);
  });

  test("a gate that takes its time says what it waits for, and q leaves it", async () => {
    world.configure((text) => text.replace("timeout: 5s", "timeout: 60s").replace("poll: 20ms", "poll: 1s"));
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "pending", description: "queued" });
    const at = await open();
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    const screen = await at.shows(/still at it for [3-9]s: waiting for CI \/ all-required \(push\); \d+s left/);
    expect(screen.at(-1)).toBe("  p pauses, q detaches");
    await at.press("q");
    await at.shows("exit 130");
    expect((await at.history()).join("\n")).not.toContain("still at it");
    await expectSane(at);
  });

  test("what tenants and checks say cannot paint over the screen", async () => {
    const hostile = `\u001b[2J\u001b[H\u001b]0;owned\u0007\u001b[31mred\r\n\u009b1;1H::error::x ${"y".repeat(1_000_000)}`;
    world.plane.meet({ kind: "complains", error: hostile });
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "success", description: hostile });
    const at = await open();
    await at.enter("echo still''here");
    await at.enter(ending(`lateen ship --sha ${sha} --yes`));
    await at.shows(/exit \d/);
    const all = await at.history();
    expect(all).toContain("stillhere");
    expect(all.join("\n")).toContain("red");
    expect(all.join("").length).toBeLessThan(20_000);
    expect(await at.ask("pane_title")).not.toContain("owned");
    await expectSane(at);
  });
});
