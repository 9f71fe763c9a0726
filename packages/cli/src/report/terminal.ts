import { type Clock, formatDuration } from "@lateen/kernel";
import type { Output } from "../host.ts";
import { type AnyEvent, describeEvent } from "./events.ts";
import { counted } from "./line.ts";
import type { Renderer } from "./renderer.ts";
import type { Style } from "./style.ts";
import { nothingWatched, remainingMs, type TenantMark, watch, type Watched } from "./terminal-state.ts";

/** Where and how is drawn. */
export interface TerminalOptions {
  readonly out: Output;
  readonly style: Style;
  readonly clock: Clock;
  readonly verbose: boolean;
  /** What the keys do now, in one line; undefined where there are none. */
  readonly keys: () => string | undefined;
}

const marks: Readonly<Record<TenantMark, string>> = { waiting: "·", asked: "○", verified: "●", failed: "✗" };

/** The most waves that are drawn: what is higher than the terminal cannot be erased any more. */
const drawnWaves = 10;

/** Events that the redrawn lines tell better than lines of their own. */
const drawn: ReadonlySet<AnyEvent["type"]> = new Set<AnyEvent["type"]>([
  "wave-started",
  "tenants-posted",
  "tenant-verified",
  "soak-started",
  "wave-finished",
  "heartbeat",
]);

/** Waves and tenants redrawn in place below the lines that stay. */
export function createTerminal(options: TerminalOptions): Renderer {
  const { out, style, clock, verbose } = options;
  let state = nothingWatched;
  let height = 0;
  const erase = (): string => (height === 0 ? "" : `\u001b[${height}A\u001b[J`);
  const lines = (keys: TerminalOptions["keys"]): readonly string[] =>
    frame(state, { ...options, keys }).map((line) => paint(cut(line, out.columns()), style));
  const draw = (above: string): void => {
    const now = lines(options.keys);
    out.write(erase() + above + now.map((line) => `${line}\n`).join(""));
    height = now.length;
  };
  return {
    event(event) {
      state = watch(state, event, clock.now());
      const line = describeEvent(event);
      const stays = line !== undefined && (line.level !== "detail" || verbose) && !drawn.has(event.type);
      draw(stays ? `${style.level(line.level, line.text)}\n` : "");
    },
    tick: () => (height > 0 ? draw("") : undefined),
    end() {
      const rest = lines(() => undefined);
      out.write(erase() + rest.map((line) => `${line}\n`).join(""));
      height = 0;
    },
  };
}

function frame(state: Watched, options: TerminalOptions): readonly string[] {
  const { waves, fleet, soak } = state;
  if (waves.size === 0) return [];
  const now = options.clock.now();
  const width = Math.max(...[...waves.keys()].map((name) => name.length));
  const room = options.out.columns() - width - 5;
  const all = [...waves].map(([name, wave]) => {
    const left = soak?.wave === name ? `  soaks ${inSeconds(soak.until - now)}` : "";
    return `  ${name.padEnd(width)}  ${markAll([...wave.values()], room)}${left}`;
  });
  const earlier = [...waves.values()].slice(0, -drawnWaves);
  const tenants = [...waves.values()].flatMap((wave) => [...wave.values()]);
  const done = tenants.filter((mark) => mark === "verified").length;
  return [
    ...(earlier.length === 0
      ? []
      : [`  ${counted(earlier.length, "wave")} before  ${count(earlier.flatMap((wave) => [...wave.values()]))}`]),
    ...all.slice(-drawnWaves),
    [`  ${done} of ${fleet} verified`, ...asides(state, options, now)].join("   "),
  ];
}

/** What is only worth saying while it goes on. */
function asides(state: Watched, { keys }: TerminalOptions, now: number): readonly string[] {
  const hint = keys();
  if (hint === undefined) return [];
  const left = remainingMs(state, now);
  return left === undefined || left === 0 ? [hint] : [`about ${inSeconds(left)} left`, hint];
}

/** A mark for each tenant, or their numbers where they do not fit. */
function markAll(wave: readonly TenantMark[], room: number): string {
  return wave.length > room ? count(wave) : wave.map((mark) => marks[mark]).join("");
}

function count(wave: readonly TenantMark[]): string {
  return (["verified", "failed", "asked", "waiting"] as const)
    .map((mark) => [marks[mark], wave.filter((one) => one === mark).length] as const)
    .filter(([, number]) => number > 0)
    .map(([mark, number]) => `${mark} ${number}`)
    .join("  ");
}

function inSeconds(ms: number): string {
  return formatDuration(Math.max(0, Math.ceil(ms / 1000) * 1000));
}

function paint(line: string, style: Style): string {
  return line
    .replace(/●+/g, (run) => style.paint("green", run))
    .replace(/✗+/g, (run) => style.paint("red", run))
    .replace(/○+/g, (run) => style.paint("cyan", run));
}

/** A line that is wider than the terminal would break the counting of lines. */
function cut(line: string, columns: number): string {
  const room = Math.max(1, columns - 1);
  return line.length > room ? `${line.slice(0, room - 1)}…` : line;
}
