import { expect, test } from "vitest";
import { createStyle } from "./style.ts";

test.each([
  ["a terminal has colours", undefined, {}, true, true],
  ["a file has none", undefined, {}, false, false],
  ["a terminal that can do nothing has none", undefined, { TERM: "dumb" }, true, false],
  ["NO_COLOR switches off", undefined, { NO_COLOR: "1" }, true, false],
  ["an empty NO_COLOR is none", undefined, { NO_COLOR: "" }, true, true],
  ["FORCE_COLOR switches on", undefined, { FORCE_COLOR: "1" }, false, true],
  ["FORCE_COLOR=0 switches off", undefined, { FORCE_COLOR: "0" }, true, false],
  ["NO_COLOR beats FORCE_COLOR", undefined, { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  ["--color always beats NO_COLOR", "always", { NO_COLOR: "1" }, false, true],
  ["--color never beats FORCE_COLOR", "never", { FORCE_COLOR: "1" }, true, false],
  ["--color auto leaves it to the environment", "auto", { NO_COLOR: "1" }, true, false],
] as const)("%s", (_, when, env, isTerminal, on) => {
  const style = createStyle(when, env, { write: () => undefined, isTerminal, columns: () => 80 });
  expect({ on: style.on, paint: style.paint("red", "x") }).toEqual({ on, paint: on ? "\u001b[31mx\u001b[39m" : "x" });
});
