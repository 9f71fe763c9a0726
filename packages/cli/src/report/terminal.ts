import { type Clock, formatDuration } from "@lateen/kernel";
import type { Output } from "../host.ts";
import { type AnyEvent, describeEvent } from "./events.ts";
import type { Renderer } from "./renderer.ts";
import type { Style } from "./style.ts";
import { nothingWatched, type TenantMark, watch, type Watched } from "./terminal-state.ts";

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
  const { out, style, verbose } = options;
  let state = nothingWatched;
  let height = 0;
  const erase = (): string => (height === 0 ? "" : `\u001b[${height}A\u001b[J`);
  const draw = (above: string): void => {
    const lines = frame(state, options).map((line) => cut(line, out.columns()));
    out.write(erase() + above + lines.map((line) => `${line}\n`).join(""));
    height = lines.length;
  };
  return {
    event(event) {
      state = watch(state, event);
      const line = describeEvent(event);
      const stays = line !== undefined && (line.level !== "detail" || verbose) && !drawn.has(event.type);
      draw(stays ? `${style.level(line.level, line.text)}\n` : "");
    },
    tick: () => (height > 0 ? draw("") : undefined),
    end() {
      const rest = frame(state, { ...options, keys: () => undefined }).map((line) => cut(line, out.columns()));
      out.write(erase() + rest.map((line) => `${line}\n`).join(""));
      height = 0;
    },
  };
}

function frame({ waves, soak, fleet }: Watched, { clock, keys }: TerminalOptions): readonly string[] {
  if (waves.size === 0) return [];
  const width = Math.max(...[...waves.keys()].map((name) => name.length));
  const tenants = [...waves.values()].flatMap((wave) => [...wave.values()]);
  const done = tenants.filter((mark) => mark === "verified").length;
  const hint = keys();
  return [
    ...[...waves].map(([name, wave]) => {
      const soaking =
        soak?.wave === name
          ? `  soaks ${formatDuration(Math.max(0, Math.ceil((soak.until - clock.now()) / 1000) * 1000))}`
          : "";
      return `  ${name.padEnd(width)}  ${[...wave.values()].map((mark) => marks[mark]).join("")}${soaking}`;
    }),
    `  ${done} of ${fleet} tenants verified${hint === undefined ? "" : `   ${hint}`}`,
  ];
}

/** A line that is wider than the terminal would break the counting of lines. */
function cut(line: string, columns: number): string {
  const room = Math.max(1, columns - 1);
  return line.length > room ? `${line.slice(0, room - 1)}…` : line;
}
