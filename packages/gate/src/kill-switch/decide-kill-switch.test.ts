import { absent, found, ReleaseError, unknown } from "@lateen/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideKillSwitch, decideSwitchValue } from "./decide-kill-switch.ts";
import { switchRows } from "./decide-kill-switch.table.ts";

const error = (code: string) => unknown(new ReleaseError({ code, category: "auth", message: "no" }));

describe("the words", () => {
  test.each(switchRows)("$value is $state", ({ value, state }) => {
    expect(decideSwitchValue(value)).toBe(state);
    expect(decideSwitchValue(` ${value.toUpperCase()}\n`)).toBe(state);
  });

  test.each(["y", "t", "enabled", "2", "${{ vars.STOP }}", "null", "n"])(
    "%j is not one of its words, and holds",
    (value) => {
      expect(decideSwitchValue(value)).toBe("unrecognised");
      expect(decideKillSwitch("STOP", value, undefined).verdict).toBe("held");
      expect(decideKillSwitch("STOP", undefined, found(value)).verdict).toBe("held");
    },
  );

  test("only the words in the table are ever free", () => {
    const free = new Set(switchRows.filter(({ state }) => state === "free").map(({ value }) => value));
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(decideSwitchValue(value) === "free").toBe(free.has(value.trim().toLowerCase()));
      }),
    );
  });
});

test.each([
  ["not set anywhere", undefined, absent("404"), "free"],
  ["off on the forge", undefined, found("false"), "free"],
  ["on at the start", "1", absent("404"), "held"],
  ["on on the forge", "0", found("on"), "held"],
  ["forbidden to read, and never handed in", undefined, error("FORGE_FORBIDDEN"), "held"],
  ["forbidden to read, and empty at the start", "", error("FORGE_FORBIDDEN"), "degraded"],
  ["forbidden to read, and off at the start", "false", error("FORGE_FORBIDDEN"), "degraded"],
  ["forbidden to read, and on at the start", "true", error("FORGE_FORBIDDEN"), "held"],
  ["unauthorised", undefined, error("FORGE_UNAUTHORIZED"), "held"],
  ["unreachable", "false", error("HTTP_UNREACHABLE"), "held"],
  ["rate-limited", undefined, error("FORGE_RATE_LIMITED"), "held"],
] as const)("%s: start %j is %s", (_, start, live, verdict) => {
  const decision = decideKillSwitch("STOP", start, live);
  expect(decision.verdict).toBe(verdict);
  expect(decision.reason).toContain("STOP");
});
