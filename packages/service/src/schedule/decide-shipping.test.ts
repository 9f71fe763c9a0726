import { expect, test } from "vitest";
import { decideShipping } from "./decide-shipping.ts";

const sha = "b".repeat(40);

test.each([
  { newest: undefined, state: undefined, outcome: undefined, kind: "leave", because: "there is nothing to ship" },
  { newest: sha, state: undefined, outcome: undefined, kind: "order", because: "it was never ordered" },
  { newest: sha, state: "queued", outcome: undefined, kind: "leave", because: "it waits" },
  { newest: sha, state: "running", outcome: undefined, kind: "leave", because: "it is under way" },
  { newest: sha, state: "paused", outcome: undefined, kind: "leave", because: "a person looks at it" },
  { newest: sha, state: "ended", outcome: "shipped", kind: "leave", because: "it is there" },
  { newest: sha, state: "ended", outcome: "unchanged", kind: "leave", because: "it was there" },
  { newest: sha, state: "ended", outcome: "deferred", kind: "order", because: "its checks may be through by now" },
  { newest: sha, state: "ended", outcome: "held", kind: "order", because: "the hold may be lifted by now" },
  { newest: sha, state: "ended", outcome: "unknown", kind: "order", because: "what was silent may answer by now" },
  { newest: sha, state: "ended", outcome: "superseded", kind: "order", because: "what overtook it may be gone" },
  { newest: sha, state: "ended", outcome: "refused", kind: "leave", because: "a red commit stays red" },
  { newest: sha, state: "ended", outcome: "halted", kind: "leave", because: "the fleet is mixed: a person decides" },
  { newest: sha, state: "ended", outcome: "partial", kind: "leave", because: "reconcile is for that" },
  { newest: sha, state: "ended", outcome: "error", kind: "leave", because: "the configuration is wrong" },
  { newest: sha, state: "ended", outcome: undefined, kind: "leave", because: "how it ended is not known" },
] as const)("$state $outcome: $kind, since $because", ({ newest, state, outcome, kind }) => {
  const last = state === undefined ? undefined : { id: "r1", state, outcome };
  expect(decideShipping(newest, last).kind).toBe(kind);
});
