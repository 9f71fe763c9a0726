import { expect, it } from "vitest";
import { findSkipToken } from "./skip-token.ts";

it.each([
  ["fix: x [skip ci]", "[skip ci]"],
  ["[ci skip] fix", "[ci skip]"],
  ["fix\n\nlater [no ci]\n", "[no ci]"],
  ["[skip actions]", "[skip actions]"],
  ["[actions skip]", "[actions skip]"],
  ["Fix [Skip CI]", "[skip ci]"],
  ["fix\n\n\nskip-checks: true", "skip-checks: true"],
  ["fix\n\n\nskip-checks:true\nSigned-off-by: mona", "skip-checks: true"],
  ["fix\r\n\r\nskip-checks: true\r\n", "skip-checks: true"],
  ["fix: skip ci", undefined],
  ["[skip  ci]", undefined],
  ["[skip]", undefined],
  ["fix\n\nskip-checks: false", undefined],
  ["fix: explain skip-checks: true in the docs", undefined],
  ["", undefined],
])("%j says %s", (message, token) => {
  expect(findSkipToken(message)).toBe(token);
});
