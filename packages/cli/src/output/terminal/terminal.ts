import type { Clock } from "@lateen/kernel";
import type { Output } from "../../host.ts";
import { type AnyEvent, describeEvent } from "../events.ts";
import { type Line } from "../text/line.ts";
import { inSeconds } from "../text/times.ts";
import type { Renderer } from "../renderer.ts";
import type { Style } from "./style.ts";
import { formatFrame, type Span } from "./frame.ts";
import { nothingWatched, watch } from "./state.ts";
import { cut, fold, widthOf } from "./width.ts";

/** Terminal, its size and its clock. */
export interface TerminalOptions {
  readonly out: Output;
  readonly style: Style;
  readonly clock: Clock;
  readonly verbose: boolean;
  /** Current action of the keys, in one line; undefined if there are none. */
  readonly keys: () => string | undefined;
}

/** Events that the redrawn lines tell better than lines of their own. */
const drawn: ReadonlySet<AnyEvent["type"]> = new Set<AnyEvent["type"]>([
  "wave-started",
  "tenants-posted",
  "tenant-verified",
  "soak-started",
  "wave-finished",
  "heartbeat",
]);

/** Events that may come by the hundred at once; what is left out comes with the next second. */
const frequent: ReadonlySet<AnyEvent["type"]> = new Set<AnyEvent["type"]>(["tenant-verified"]);
const frameMs = 40;

/** Events after which the lines so far stay as they are. */
const final: ReadonlySet<AnyEvent["type"]> = new Set<AnyEvent["type"]>([
  "rollout-finished",
  "rollout-abandoned",
  "return-planned",
]);

/** Silence after which it is said what is being waited for, in milliseconds. */
const silenceMs = 2_000;

/** Waves and tenants redrawn in place below the lines that stay. */
export function createTerminal(options: TerminalOptions): Renderer {
  const { out, style, clock, verbose } = options;
  let state = nothingWatched;
  let onScreen: readonly number[] = [];
  let drawnAt = 0;
  let last = { text: "", at: clock.now() };
  const draw = (above: string, keys: string | undefined): void => {
    const now = clock.now();
    const columns = out.columns();
    const frame = formatFrame(state, { columns, rows: out.rows?.() ?? 24, now, keys });
    const waiting = keys !== undefined && now - last.at >= silenceMs ? waitingLine(last, now, columns, keys) : [];
    const lines = frame.length > 0 || last.text === "" ? frame : waiting;
    if (above !== "" || lines.length + onScreen.length > 0)
      out.write(erase(onScreen, columns) + above + lines.map((line) => `${paint(line, style)}\n`).join(""));
    onScreen = lines.map((line) => line.reduce((sum, { text }) => sum + widthOf(text), 0));
    drawnAt = now;
  };
  const freeze = (): void => {
    draw("", undefined);
    onScreen = [];
    state = nothingWatched;
  };
  const hint = (): string => options.keys() ?? "";
  return {
    event(event) {
      if (final.has(event.type)) freeze();
      const before = state;
      state = watch(state, event, clock.now());
      const line = describeEvent(event);
      const shown = line !== undefined && (line.level !== "detail" || verbose) && !drawn.has(event.type);
      if (line !== undefined && event.type !== "heartbeat")
        last = { text: line.text, at: shown ? clock.now() : last.at };
      // An event that changes nothing visible, such as a probe of a soak, is no reason to draw.
      if (!shown && (state === before || (frequent.has(event.type) && clock.now() - drawnAt < frameMs))) return;
      draw(shown ? staying(line, style, out.columns()) : "", hint());
    },
    tick: () => draw("", hint()),
    freeze,
    end: freeze,
  };
}

/** A line that stays, broken between words where it is wider than the terminal. */
function staying({ level, text }: Line, style: Style, columns: number): string {
  const lines = fold(text, columns).split("\n");
  return lines.map((line) => `${style.level(level, line)}\n`).join("");
}

/** Reports a silence of some time. */
function waitingLine(last: { text: string; at: number }, now: number, columns: number, keys: string): Span[][] {
  const since = `  still at it for ${inSeconds(now - last.at)}`;
  const about = last.text.replace(/^── /, "");
  const whole = `${since}: ${about}`;
  const isOne = keys === "" || widthOf(whole) + 3 + keys.length < columns;
  const texts = isOne ? [keys === "" ? whole : `${whole}   ${keys}`] : [whole, `  ${keys}`];
  return texts.map((text) => [{ text: cut(text, columns - 1), format: "dim" }]);
}

/** Moves over what was drawn; where the terminal became narrower in the meantime, it has wrapped lines, and they are more. */
function erase(widths: readonly number[], columns: number): string {
  const height = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
  return height === 0 ? "" : `\u001b[${height}A\u001b[J`;
}

function paint(line: readonly Span[], style: Style): string {
  return line
    .map(({ text, format }) => (format === undefined || text === "" ? text : style.paint(format, text)))
    .join("")
    .trimEnd();
}
