import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { root } from "./run-lateen.ts";

// The last recording of `pnpm record`: docs.asciinema.org, "asciicast v2".
const [header, ...events] = readFileSync(join(root, "apps/docs/public/rollout.cast"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as unknown);
const seen = events as readonly (readonly [seconds: number, kind: string, text: string])[];
const screens = seen.filter(([, kind]) => kind === "o").map(([, , text]) => stripVTControlCharacters(text));

test("the recording is an asciicast of a terminal of 80 columns, in the order of time", () => {
  expect(header).toMatchObject({ version: 2, width: 80, height: 24 });
  const times = seen.map(([seconds]) => seconds);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  for (const screen of screens) {
    const lines = screen.split("\r\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
  }
});

test("it names nothing of the machine that it was made on", () => {
  for (const screen of screens) {
    expect(screen).not.toMatch(/\/(?:tmp|home|root|work|Users)\b/);
    expect(screen.replaceAll("127.0.0.1:5000", "")).not.toContain("127.0.0.1");
  }
});

test("it shows what the page is about: the question, a soak, a pause, a detachment, and the end", () => {
  expect(seen.filter(([, kind]) => kind === "m")).toHaveLength(7);
  const all = screens.join("\n");
  for (const text of [
    "Continue? [y/N]",
    "soaks, 4s to go",
    "paused: p continues, q detaches",
    "next: lateen ship --sha ",
    "rollout continues from its journal",
    "12 tenants: 12 verified, 0 ahead, 0 off target",
  ])
    expect(all).toContain(text);
});
