import type { Environment } from "../../config/layers.ts";
import type { Output } from "../../host.ts";
import type { Level } from "../text/line.ts";

// Select Graphic Rendition: what switches a format on and off (ECMA-48, 8.3.117). `styleText` of node:util says the same and costs
// 3 ms of a start-up with everything that it comes with (measured 2026-11-21).
const codes = { red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39], dim: [2, 22] } as const;

/** Format of a text at a terminal. */
export type Format = keyof typeof codes;

/** Colours, or none. */
export interface Style {
  readonly on: boolean;
  level(level: Level, text: string): string;
  paint(format: Format, text: string): string;
}

const formats: Readonly<Partial<Record<Level, Format>>> = {
  detail: "dim",
  notice: "cyan",
  warning: "yellow",
  error: "red",
};

/**
 * Colours for `output`.
 *
 * `--color` beats the environment; `NO_COLOR` (no-color.org) beats `FORCE_COLOR`; otherwise a terminal has colours, unless
 * TERM is `dumb`.
 */
export function createStyle(when: string | undefined, env: Environment, output: Output): Style {
  const on = when === "always" || (when !== "never" && ambient(env, output.isTerminal));
  const paint = (format: Format, text: string): string =>
    on ? `\u001b[${codes[format][0]}m${text}\u001b[${codes[format][1]}m` : text;
  return {
    on,
    paint,
    level(level, text) {
      const format = formats[level];
      return format === undefined ? text : paint(format, text);
    },
  };
}

function ambient(env: Environment, isTerminal: boolean): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}
