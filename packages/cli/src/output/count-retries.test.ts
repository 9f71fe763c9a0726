import { expect, test } from "vitest";
import { countRetries } from "./count-retries.ts";
import { describeEvent } from "./events.ts";

test("the first retry of a kind is shown, and their number at the end; everything else passes", () => {
  const lines: string[] = [];
  const renderer = countRetries({
    event: (event) => void lines.push(describeEvent(event)?.text ?? ""),
    end: () => void lines.push("end"),
  });
  const retry = (message: string, attempt: number) =>
    ({ type: "request-retried", url: "http://f", attempt, delayMs: 1_000, message }) as const;
  for (let attempt = 1; attempt <= 5; attempt++) renderer.event(retry("f could not be reached: it refuses", attempt));
  renderer.event(retry("503", 1));
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
