import { counted } from "../text/line.ts";
import { inSeconds } from "../text/times.ts";
import type { Format } from "./style.ts";
import { countMarks, type TenantMark, type Watched } from "./state.ts";
import { cut, fold, widthOf } from "./width.ts";

/** A part of a line, in one colour. */
export interface Span {
  readonly text: string;
  readonly format?: Format | undefined;
}

/** Size of a frame, and the time at which it is looked at. */
export interface FrameOptions {
  readonly columns: number;
  /** Lines of the terminal: what is higher than it cannot be erased any more. */
  readonly rows: number;
  readonly now: number;
  /** Current action of the keys, empty if there are none; undefined at the end, when nothing is going on any more. */
  readonly keys: string | undefined;
}

const marks: Readonly<Record<TenantMark, string>> = { waiting: "·", moving: "○", verified: "●", failed: "✗" };
const formats: Readonly<Partial<Record<TenantMark, Format>>> = { verified: "green", failed: "red", moving: "cyan" };

/** The most waves that are shown one by one: more no one takes in at a glance. */
const shownWaves = 10;

/** Waves and tenants as they stand, each line narrower than the terminal. */
export function formatFrame(state: Watched, options: FrameOptions): readonly (readonly Span[])[] {
  if (state.waves.size === 0) return [];
  const status = statusLines(state, options);
  const lines = [...waveLines(state, options, Math.max(1, options.rows - status.length - 4)), ...status];
  return lines.slice(-Math.max(1, options.rows - 1));
}

interface Row {
  readonly name: string;
  readonly slugs: readonly string[];
}

function waveLines(state: Watched, options: FrameOptions, height: number): readonly (readonly Span[])[] {
  const begun: Row[] = [...state.waves].map(([name, slugs]) => ({ name, slugs }));
  // Of a stage of several waves the rest comes, which has no name of its own.
  const toCome: Row[] = [...state.toCome].map(([name, { slugs }]) => ({ name, slugs }));
  const rows = [...begun, ...toCome];
  const most = Math.min(shownWaves, height);
  const first = Math.max(0, Math.min(rows.length - most, begun.length - Math.ceil(most / 2)));
  const [before, shown, after] = [rows.slice(0, first), rows.slice(first, first + most), rows.slice(first + most)];
  const width = Math.min(
    Math.max(...shown.map(({ name }) => widthOf(name))),
    Math.max(8, Math.floor(options.columns / 3)),
  );
  return [
    ...summary(state, before, "before", options),
    ...shown.map((row) => waveLine(state, row, width, options)),
    ...summary(state, after, "to come", options),
  ];
}

function waveLine(
  state: Watched,
  { name, slugs }: Row,
  width: number,
  { columns, now }: FrameOptions,
): readonly Span[] {
  const label = cut(name, width);
  const head: Span = { text: `  ${label}${" ".repeat(Math.max(0, width - widthOf(label)))}  ` };
  const room = columns - 1 - widthOf(head.text);
  const all = slugs.map((slug) => state.tenants.get(slug) ?? "waiting");
  const soak = state.soak?.wave === name ? inSeconds(state.soak.until - now) : undefined;
  // Names of who is moving are cut, a countdown is not.
  const drawn = fitting(all, Math.max(1, room - (soak === undefined ? 0 : soak.length + 2)));
  const left = room - drawn.reduce((sum, { text }) => sum + text.length, 0);
  const moving = slugs.filter((slug) => state.tenants.get(slug) === "moving");
  const tail =
    soak === undefined
      ? left < 8 || moving.length === 0
        ? ""
        : cut(`  ${moving.join(", ")}`, left)
      : ([`  soaks, ${soak} to go`, `  soaks ${soak}`].find((text) => text.length <= left) ?? cut(`  ${soak}`, left));
  return [head, ...drawn, { text: tail, format: "dim" }];
}

/** A mark for each tenant, or their numbers where they do not fit. */
function fitting(wave: readonly TenantMark[], room: number): readonly Span[] {
  if (wave.length > room) return [{ text: cut(count(wave), room) }];
  const runs: { mark: TenantMark; text: string }[] = [];
  for (const mark of wave) {
    const last = runs.at(-1);
    if (last?.mark === mark) last.text += marks[mark];
    else runs.push({ mark, text: marks[mark] });
  }
  return runs.map(({ mark, text }) => ({ text, format: formats[mark] }));
}

function count(wave: readonly TenantMark[]): string {
  return (["verified", "failed", "moving", "waiting"] as const)
    .map((mark) => [marks[mark], wave.filter((one) => one === mark).length] as const)
    .filter(([, number]) => number > 0)
    .map(([mark, number]) => `${mark} ${number}`)
    .join("  ");
}

function summary(state: Watched, rows: readonly Row[], where: string, { columns }: FrameOptions): readonly Span[][] {
  if (rows.length === 0) return [];
  const wave = rows.flatMap(({ slugs }) => slugs.map((slug) => state.tenants.get(slug) ?? "waiting"));
  return [[{ text: cut(`  ${counted(rows.length, "wave")} ${where}  ${count(wave)}`, columns - 1), format: "dim" }]];
}

/** The sum, the time, the keys; as many to a line as fit. */
function statusLines(state: Watched, options: FrameOptions): readonly (readonly Span[])[] {
  const room = options.columns - 1;
  const lines: string[] = [];
  for (const part of [...sums(state), ...times(state, options), ...(options.keys ? [options.keys] : [])]) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 3 + widthOf(part) <= room) lines[lines.length - 1] = `${last}   ${part}`;
    else lines.push(`  ${part}`);
  }
  return lines.flatMap((line) => fold(line, room).split("\n")).map((text) => [{ text: cut(text, room) }]);
}

/** Numbers of all tenants; those that are not named wait. */
function sums(state: Watched): readonly string[] {
  const [failed, moving] = [countMarks(state, "failed"), countMarks(state, "moving")];
  return [
    [
      `${countMarks(state, "verified")} of ${state.tenants.size} ${state.isReturn ? "back" : "verified"}`,
      ...(failed === 0 ? [] : [`${failed} failed`]),
      ...(moving === 0 ? [] : [`${moving} moving`]),
      ...(state.pinned === 0 ? [] : [`${state.pinned} pinned`]),
    ].join(", "),
  ];
}

function times(state: Watched, { now, keys }: FrameOptions): readonly string[] {
  const sofar = state.since === undefined ? [] : [`${inSeconds(now - state.since)} so far`];
  const left = keys === undefined ? undefined : remainingMs(state, now);
  return left === undefined || left < 1000 ? sofar : [[...sofar, `about ${inSeconds(left)} left`].join(", ")];
}

/** Time in milliseconds for the rest at the pace so far; undefined as long as there is no pace. */
function remainingMs({ tenants, soak, toCome, pace, movingSince }: Watched, now: number): number | undefined {
  if (pace.tenants === 0) return undefined;
  const open = [...tenants.values()].filter((mark) => mark === "waiting" || mark === "moving").length;
  const moving = open * (pace.ms / pace.tenants) - (movingSince === undefined ? 0 : now - movingSince);
  const soaks = [...toCome.values()].reduce(
    (sum, { soakMs }) => sum + soakMs,
    soak === undefined ? 0 : soak.until - now,
  );
  return Math.max(0, soaks) + Math.max(0, moving);
}
