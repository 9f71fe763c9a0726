import { expect, test } from "vitest";
import type { ReadDocument } from "../read-result.ts";
import { renderChecks } from "./checks.ts";

const sample = { verdict: "good", fact: "f", source: "s", at: "2026-01-01T00:00:00Z" };
const check = {
  name: "errors",
  step: "soak",
  slug: "t1",
  verdict: "failed",
  reason: "<b>",
  source: "https://p",
  at: sample.at,
} as const;
const render = (more: object): string =>
  renderChecks({ fleet: { checks: [{ ...check, ...more }] } } as unknown as ReadDocument).markup;

test("samples are drawn against their limit, and every text is escaped", () => {
  const drawn = render({ below: 0.01, samples: ["0.001", "0.002", "0.5"].map((value) => ({ ...sample, value })) });
  expect(drawn).toMatch(/<polyline points="0.0,\S+ 60.0,\S+ 120.0,\S+"/);
  expect(drawn).toContain("stroke-dasharray");
  expect(drawn).not.toContain("<b>,");
  expect(drawn).toContain("&lt;b&gt;");
});

test.each([[[]], [["0.1"]], [["NaN", "success"]]])("%j is no line", (values) => {
  expect(render({ samples: values.map((value) => ({ ...sample, value })) })).not.toContain("<svg");
});

test("without checks there is no section", () => {
  expect(renderChecks({ fleet: undefined } as unknown as ReadDocument).markup).toBe("");
});
