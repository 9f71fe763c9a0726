import { absent, found, ReleaseError, unknown } from "@lateen/kernel";
import { expect, test } from "vitest";
import { judgeForgeVersion } from "./forge-version.ts";

test.each([
  [found("1.26.4"), "ok"],
  [found("v1.25.0+dev"), "ok"],
  [found("2.0.1"), "ok"],
  [found("1.24.6"), "warning"],
  [found("9.0.3+gitea-1.22.0"), "warning"],
  [found("1.22.6"), "warning"],
  [found("what?"), "warning"],
  [absent("404"), "warning"],
  [unknown(new ReleaseError({ code: "HTTP_UNREACHABLE", category: "unavailable", message: "gone" })), "trouble"],
])("a forge that answers %j is %s", (reading, verdict) => {
  expect(judgeForgeVersion(reading).verdict).toBe(verdict);
});
