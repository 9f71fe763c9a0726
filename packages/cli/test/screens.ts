import { quoted } from "../src/output/text/line.ts";
import type { World } from "./world.ts";

/** The widths at which every screen is recorded. */
export const widths = [60, 80, 120] as const;

/** One screen: what is typed in a world in which everything before it in {@link screens} has happened. */
export interface Screen {
  /** File of the recording, without its width. */
  readonly name: string;
  readonly argv: (world: World) => readonly string[];
  /** What is typed at the question. */
  readonly answer?: "n" | "y";
  /** Runs as a step of a job, with both streams in one pipe. */
  readonly isJob?: boolean;
  /** What happens to the world before. */
  readonly before?: (world: World) => unknown;
}

const commit = (world: World, at: number): string => world.commits[at] ?? "";
const next = (world: World): readonly string[] => ["--sha", commit(world, 1)];

/** Every screen of the first night with lateen, in the order in which it happens: before, a halt, the way on, the way back. */
export const screens: readonly Screen[] = [
  { name: "status-before", argv: () => ["status"] },
  { name: "plan", argv: (world) => ["plan", ...next(world)] },
  { name: "question", argv: (world) => ["ship", ...next(world)], answer: "n" },
  {
    name: "halt",
    argv: (world) => ["ship", ...next(world), "--yes"],
    before: (world) => world.plane.treat("t5", "skips"),
  },
  { name: "status-halted", argv: () => ["status"] },
  { name: "explain-halted", argv: () => ["explain"] },
  { name: "watch-ended", argv: () => ["watch"] },
  { name: "halt-in-a-job", argv: (world) => ["ship", ...next(world)], isJob: true },
  { name: "resume-dry-run", argv: () => ["rollout", "--resume", "--dry-run"] },
  {
    name: "ship",
    argv: (world) => ["ship", ...next(world)],
    answer: "y",
    before: (world) => world.plane.treat("t5", undefined),
  },
  { name: "status", argv: () => ["status"] },
  { name: "explain-shipped", argv: (world) => ["explain", commit(world, 1)] },
  {
    name: "rollback",
    argv: (world) => ["rollback", "--to", commit(world, 0), "--reason", "the checkout failed", "--yes"],
  },
  {
    name: "ship-in-a-job",
    argv: (world) => ["ship", "--sha", commit(world, 2)],
    isJob: true,
    before: (world) => world.release(),
  },
  { name: "history", argv: () => ["history"] },
  { name: "history-of-two", argv: (world) => ["history", commit(world, 0).slice(0, 8), commit(world, 2).slice(0, 8)] },
  { name: "doctor", argv: () => ["doctor"] },
  { name: "secrets", argv: () => ["config", "show", "--sources"] },
  { name: "demo-list", argv: () => ["demo", "--list"] },
  { name: "configuration-missing", argv: () => ["status", "--config", "nowhere.yaml"] },
  {
    name: "network-trouble",
    argv: (world) => ["gate", ...next(world), "--config", "away.yaml"],
    before: (world) =>
      world.folder.write("away.yaml", world.folder.read("lateen.yaml").replace(world.forge.url, "http://127.0.0.1:9")),
  },
];

/** The variables of a job, for screens that are its log. */
export const jobVariables = (world: World): Readonly<Record<string, string>> => ({
  GITHUB_ACTIONS: "true",
  GITHUB_SERVER_URL: world.forge.url,
  GITHUB_REPOSITORY: "acme/core",
  GITHUB_RUN_ID: "77",
  GITHUB_STEP_SUMMARY: `${world.folder.path}/summary.md`,
  GITHUB_OUTPUT: `${world.folder.path}/output.txt`,
});

/** What is typed. */
export function typedLine(screen: Screen, world: World): string {
  return ["lateen", ...screen.argv(world)].map(quoted).join(" ");
}

/**
 * A screen without what differs from run to run. Everything keeps its width, so that lines break where they did; durations become
 * `0s`, and what is reported side by side is put in order.
 */
export function normalise(text: string, world: World): string {
  let shown = text;
  world.commits.forEach((sha, at) => {
    const digit = String(at + 1);
    for (const length of [40, 12, 8, 7]) shown = shown.replaceAll(sha.slice(0, length), digit.repeat(length));
  });
  shown = shown
    .replaceAll(/(sha256:)?\b[0-9a-f]{64}\b/g, (digest) => digest.replace(/[0-9a-f]{64}$/, "d".repeat(64)))
    .replaceAll(/(?<![\w/-])(?!\d{12})[0-9a-f]{12}(?![\w-])/g, (digest) =>
      /^(\d)\1+$/.test(digest) ? digest : "d".repeat(12),
    )
    .replaceAll(/(127\.0\.0\.1|localhost):\d{5}/g, "$1:00000")
    .replaceAll(/\/[\w/]*lateen-(\w+)-\w{6}/g, (path) => `${path.slice(0, -6)}000000`)
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/g, (at) => at.replaceAll(/\d/g, "0"))
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "0000-00-00 00:00")
    .replaceAll(/\b(?:\d+m)?\d+s\b(?! to go)/g, "0s")
    .replaceAll(/, about 0s left/g, "")
    .replaceAll(/tried again \d+ times/g, "tried again 0 times");
  const lines = shown.split("\n").map((line) => line.trimEnd());
  return `${ordered(lines.filter((line) => !line.startsWith("still at it:")))
    .join("\n")
    .trimEnd()}\n`;
}

/** Lines about registries come as they are answered. */
function ordered(lines: readonly string[]): readonly string[] {
  const isSide = (line: string): boolean => /^127\.0\.0\.1:\S+ (?:→|is) /.test(line);
  const groups: string[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last !== undefined && isSide(line) && isSide(last[0] ?? "")) last.push(line);
    else groups.push([line]);
  }
  return groups.flatMap((group) => group.toSorted());
}

/** What a terminal holds after all that was written to it: lines, and no cursor. */
export function createPaper(): { write(text: string): void; lines(): readonly string[] } {
  const lines = [""];
  const write = (text: string): void => {
    // eslint-disable-next-line no-control-regex
    for (const part of text.split(/(\u001b\[[\d;?]*[A-Za-z]|\n|\r)/)) {
      // eslint-disable-next-line no-control-regex
      const up = /^\u001b\[(\d*)A$/.exec(part);
      if (up !== null) lines.splice(Math.max(0, lines.length - 1 - Number(up[1] || 1)), lines.length, "");
      else if (part === "\n") lines.push("");
      else if (!part.startsWith("\u001b") && part !== "\r") lines[lines.length - 1] += part;
    }
  };
  return { write, lines: () => lines };
}
