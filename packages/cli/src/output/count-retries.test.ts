import { expect, test } from "vitest";
import { countRetries } from "./count-retries.ts";
import { describeEvent } from "./events.ts";
import type { Renderer } from "./renderer.ts";

/** The lines that are shown, and `end`. */
function recording(): { readonly lines: readonly string[]; readonly renderer: Renderer } {
  const lines: string[] = [];
  const renderer = countRetries({
    event: (event) => void lines.push(describeEvent(event)?.text ?? ""),
    end: () => void lines.push("end"),
  });
  return { lines, renderer };
}

test("the first retry of a kind is shown, and their number at the end; everything else passes", () => {
  const { lines, renderer } = recording();
  const retry = (message: string, attempt: number, code = "HTTP_UNREACHABLE") =>
    ({ type: "request-retried", url: `http://f/${attempt}`, attempt, code, delayMs: 1_000, message }) as const;
  for (let attempt = 1; attempt <= 5; attempt++) renderer.event(retry("f could not be reached: it refuses", attempt));
  renderer.event(retry("503", 1, "FORGE_UNAVAILABLE"));
  renderer.event({ type: "warned", message: "mind" });
  renderer.end({ schemaVersion: 1, command: "gate", outcome: "unknown" }, undefined);
  expect(lines).toEqual([
    "the forge: f could not be reached: it refuses; again in 1s",
    "the forge: 503; again in 1s",
    "mind",
    "the forge: f could not be reached: it refuses: tried again 5 times in all",
    "end",
  ]);
});

test("an HTML page instead of JSON is said once for a host, whatever was asked for", () => {
  const { lines, renderer } = recording();
  for (const host of ["f", "g"])
    for (const what of ["a branch", "a list of statuses", "a variable"])
      for (const attempt of [1, 2])
        renderer.event({
          type: "request-retried",
          url: `https://${host}/${what}`,
          attempt,
          code: "HTTP_NOT_JSON",
          delayMs: 1_000,
          message: `${host} answered with an HTML page instead of JSON: ${what} was expected at /x`,
        });
  renderer.end({ schemaVersion: 1, command: "gate", outcome: "unknown" }, undefined);
  expect(lines.map((line) => line.replace(/ instead.*(?=[:;])/, ""))).toEqual([
    "the forge: f answered with an HTML page; again in 1s",
    "the forge: g answered with an HTML page; again in 1s",
    "the forge: f answered with an HTML page: tried again 6 times in all",
    "the forge: g answered with an HTML page: tried again 6 times in all",
    "end",
  ]);
});

test("a control plane that does not name its tenants is said at the first try, with the wait", () => {
  const { lines, renderer } = recording();
  for (const delayMs of [5_000, 10_000, 20_000])
    renderer.event({
      type: "enumeration-retried",
      plane: "prod",
      code: "HTTP_UNREACHABLE",
      message: "it refuses",
      delayMs,
    });
  renderer.end({ schemaVersion: 1, command: "rollout", outcome: "unknown" }, undefined);
  expect(lines).toEqual([
    "control plane prod: it refuses; its tenants are asked for again in 5s",
    "control plane prod: it refuses: tried again 3 times in all",
    "end",
  ]);
});

test("a check that finds nothing to judge by is said once, until it finds something else", () => {
  const { lines, renderer } = recording();
  const sampled = (verdict: "unknown" | "bad", fact: string) =>
    ({
      type: "check-sampled",
      check: "errors",
      step: "canary",
      wave: "canary",
      sample: { verdict, fact, source: "http://p", at: 0 },
    }) as unknown as Parameters<typeof renderer.event>[0];
  for (let count = 0; count < 4; count++) renderer.event(sampled("unknown", "no data"));
  renderer.event(sampled("bad", "0.5"));
  renderer.event(sampled("bad", "0.5"));
  renderer.end({ schemaVersion: 1, command: "ship", outcome: "halted" }, undefined);
  expect(lines).toEqual([
    "check errors on canary: unknown: no data",
    "check errors on canary: bad: 0.5",
    "check errors on canary: bad: 0.5",
    "check errors on canary: unknown: no data: tried again 4 times in all",
    "end",
  ]);
});
