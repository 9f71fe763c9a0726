import { styleText } from "node:util";
import type { Environment } from "../config/layers.ts";
import type { Output } from "../host.ts";
import type { Level } from "./line.ts";

type Format = Parameters<typeof styleText>[0];

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
    on ? styleText(format, text, { validateStream: false }) : text;
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
