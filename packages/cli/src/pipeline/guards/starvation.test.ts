import { countSupersededInARow } from "@lateen/gate";
import { type CommitSha, found, go, parseCommitSha, stop, systemClock, type Verdict } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import type { Job } from "../../job/job.ts";
import type { PipelineState } from "../run-pipeline.ts";
import { rememberAttempt } from "./starvation.ts";

type Attempt = Parameters<typeof countSupersededInARow>[0][number];

const [first, second, third] = ["a", "b", "c"].map((digit) => parseCommitSha(digit.repeat(40))) as [
  CommitSha,
  CommitSha,
  CommitSha,
];

/** Jobs that share one memory; each knows what was in it when it started. */
function createMemory(): { readonly all: Attempt[]; start(): Job } {
  const all: Attempt[] = [];
  const attempts = { read: async () => found([...all]), record: async (one: Attempt) => void all.push(one) };
  const wiring = { clock: systemClock, attempts: async () => attempts };
  return { all, start: () => ({ wiring, past: [...all], report: () => undefined }) as unknown as Job };
}

const superseded = (commit: CommitSha): Verdict<PipelineState> =>
  stop({ outcome: "superseded", code: "SUPERSEDED", reason: "a newer one came", value: { commit } });

test("a release that finishes ends the row of those that gave way while it was under way", async () => {
  const { all, start } = createMemory();
  const [older, newer] = [start(), start()];
  await rememberAttempt(older, superseded(first));
  await rememberAttempt(newer, go({ commit: second }, testEvidence));
  expect(countSupersededInARow(all)).toBe(0);
  await rememberAttempt(start(), superseded(third));
  expect(countSupersededInARow(all)).toBe(1);
});

test("a release is finished too where it is committed and not every tag has settled", async () => {
  const { all, start } = createMemory();
  await rememberAttempt(start(), superseded(first));
  await rememberAttempt(
    start(),
    stop({ outcome: "partial", code: "TAGS_UNSETTLED", reason: "a tag lags", value: { commit: second } }),
  );
  expect(countSupersededInARow(all)).toBe(0);
});

test("a release before which none gave way is not worth an entry", async () => {
  const { all, start } = createMemory();
  await rememberAttempt(start(), go({ commit: first }, testEvidence));
  await rememberAttempt(
    start(),
    stop({ outcome: "refused", code: "GATE_REFUSED", reason: "red", value: { commit: first } }),
  );
  expect(all).toEqual([]);
});
