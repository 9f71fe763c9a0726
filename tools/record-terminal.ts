// pnpm record: plays a rollout of the demo world in a real tmux and writes what its screen showed as an asciicast,
// apps/docs/public/rollout.cast; its markers are the frames that the page "A rollout in a terminal" prints.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startWorld } from "../packages/cli/src/demo/world.ts";
import { openTerminal, type Terminal } from "../packages/cli/test/tmux.ts";

const [columns, rows] = [80, 24];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const world = await startWorld({ commits: 1 }, "watched");
await world.configure((text) => text.replace("soak: 1500ms", "soak: 6s"));
const sha = world.commits.at(-1) ?? "";
const env = { ...world.env, PATH: `${join(root, "bin")}:${process.env["PATH"]}`, TERM: "screen-256color" };
const program = process.env["LATEEN_REAL_TMUX"] ?? "tmux";
const terminal = await openTerminal({ program, cwd: world.folder, columns, rows, env });

// Format: docs.asciinema.org, "asciicast v2": "o" is what a terminal is sent, "m" is a marker.
const events: (readonly [seconds: number, kind: "o" | "m", text: string])[] = [];
const started = performance.now();
let recording = true;
let shown = "";

/** The screen as it is drawn again; ports change with each run and mean nothing. */
async function look(): Promise<void> {
  const lines = (await terminal.coloured()).map((line) => line.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:5000"));
  const screen = `\u001b[H\u001b[2J${lines.join("\r\n")}`;
  if (screen === shown) return;
  shown = screen;
  events.push([secondsSoFar(), "o", screen]);
}

function secondsSoFar(): number {
  return Number(((performance.now() - started) / 1000).toFixed(2));
}

/** Waits for a screen, leaves it there for a moment, and names it. */
async function mark(label: string, what: Parameters<Terminal["shows"]>[0]): Promise<void> {
  await terminal.shows(what, 60_000);
  await look();
  events.push([secondsSoFar(), "m", label]);
}

const watching = (async () => {
  while (recording) {
    await look();
    await pause(100);
  }
})();
try {
  await terminal.enter(`lateen ship --sha ${sha.slice(0, 7)}`);
  await mark("Production is changed, so it asks", "[y/N]");
  await pause(1000);
  await terminal.enter("y");
  await mark("The canary soaks; the rest waits", "soaks, 4s to go");
  await terminal.press("p");
  await mark("p: no wave starts until p is pressed again", "paused: p continues");
  await pause(2500);
  await terminal.press("p");
  await mark("Waves of four, one after the other", /batch-2 {2}○+ {2}\w+/);
  await terminal.press("q");
  await mark("q: what is in flight settles, then it says how to go on", /abandon\n\$/);
  await pause(1000);
  await terminal.enter("clear");
  const again = (await terminal.history()).findLast((line) => line.startsWith("next: lateen ")) ?? "";
  await terminal.enter(again.slice("next: ".length));
  await terminal.shows("[y/N]");
  await terminal.enter("y");
  await mark("The same line again: what was done is known, and the rest is rolled", /[1-4] on the way/);
  await mark("Every tenant proven, every tag moved", /shipped[\s\S]*\n\$$/);
  await pause(500);
} finally {
  recording = false;
  await watching;
  terminal.close();
  await world.close();
}

const header = { version: 2, width: columns, height: rows, title: "lateen ship", env: { TERM: env.TERM } };
const file = join(root, "apps/docs/public/rollout.cast");
writeFileSync(file, `${[header, ...events].map((line) => JSON.stringify(line)).join("\n")}\n`);
console.log(`${events.length} events in ${secondsSoFar()} s: ${file}`);
