import { expect, test } from "vitest";
import { decideRetry, type RetryFacts } from "./decide-retry.ts";

const limited = { code: "REGISTRY_RATE_LIMITED", retryable: true, retryAfterMs: undefined };
const ill = { code: "REGISTRY_UNAVAILABLE", retryable: true, retryAfterMs: undefined };
const first: RetryFacts = { error: ill, repeatable: true, tries: 1, elapsedMs: 0, random: 0 };

test.each<[string, Partial<RetryFacts>, number | undefined]>([
  ["a read is sent again after half of the back-off or more", {}, 125],
  ["and with jitter up to all of it", { random: 0.999 }, 249.875],
  ["later tries wait longer", { tries: 3 }, 500],
  ["five tries are enough", { tries: 5 }, undefined],
  ["a fault is not waited out for long", { elapsedMs: 19_990 }, undefined],
  ["a write is not repeated after a 5xx", { repeatable: false }, undefined],
  ["a write is repeated after 429, which proves that it did not happen", { repeatable: false, error: limited }, 125],
  ["a deadline of ours is not tried again", { error: { ...ill, code: "HTTP_TIMEOUT" } }, undefined],
  ["a broken connection is, for reads", { error: { ...ill, code: "HTTP_BROKEN_OFF" } }, 125],
  ["and not for writes", { error: { ...ill, code: "HTTP_BROKEN_OFF" }, repeatable: false }, undefined],
  ["what cannot get better is not repeated", { error: { ...ill, retryable: false } }, undefined],
  ["the registry's own wish counts", { error: { ...limited, retryAfterMs: 3_000 } }, 3_000],
  ["zero is not quite now, so that all do not return at once", { error: { ...limited, retryAfterMs: 0 } }, 50],
  ["a wish beyond the limit ends the tries", { error: { ...limited, retryAfterMs: 1e12 } }, undefined],
  ["patience with limits is longer than with faults, and ends", { error: limited, elapsedMs: 60_000 }, 125],
  ["a pause that ends with the patience is waited", { elapsedMs: 19_875 }, 125],
  ["patience with limits is longer than with faults, and ends", { error: limited, elapsedMs: 120_000 }, undefined],
])("%s", (_name, facts, delayMs) => {
  expect(decideRetry({ ...first, ...facts })).toBe(delayMs);
});
