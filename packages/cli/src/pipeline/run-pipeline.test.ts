import { go, parseCommitSha, stop } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import type { Job } from "../job/job.ts";
import { runPipeline, runSteps, skipped, type Step } from "./run-pipeline.ts";

const job = {} as Job;
const start = { commit: parseCommitSha("a".repeat(40)) };
const passes: Step = async () => go({ changed: true }, testEvidence);
const skips: Step = async () => skipped;
const stops: Step = async () => stop({ outcome: "refused", code: "RED", reason: "red", evidence: testEvidence });
/** What a step that is not in TypeScript may answer. */
const unproven: Step = async () => ({ kind: "go", value: {}, evidence: [] }) as unknown as ReturnType<Step>;

test("what every step established is in the value, with the evidence of all", async () => {
  expect(await runPipeline(job, start, [passes, skips, passes])).toMatchObject({
    kind: "go",
    value: { ...start, changed: true },
    evidence: [...testEvidence, ...testEvidence],
  });
});

test("the first stop ends it, and says what was established", async () => {
  expect(await runPipeline(job, start, [passes, stops, passes])).toMatchObject({
    kind: "stop",
    code: "RED",
    value: { changed: true },
    evidence: [...testEvidence, ...testEvidence],
  });
});

test.each([
  { of: "no step", steps: [], code: "USAGE" },
  { of: "steps that are all skipped", steps: [skips, skips], code: "USAGE" },
  { of: "a step without evidence", steps: [passes, unproven], code: "EVIDENCE_MISSING" },
])("a pipeline of $of allows nothing", async ({ steps, code }) => {
  await expect(runPipeline(job, start, steps)).rejects.toMatchObject({ code });
});

test("guards may all be skipped", async () => {
  expect(await runSteps(job, start, [skips])).toEqual(skipped);
});
