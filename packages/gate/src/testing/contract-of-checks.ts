import assert from "node:assert/strict";
import { assertPart } from "@lateen/kernel/testing";
import { decideCheck } from "../checks/decide-check.ts";
import { newestRun } from "../absence/decide-run.ts";
import type { ContractSuite } from "./contract-suite.ts";

/** Checks, and the runs of workflows. */
export function contractOfChecks({ check, lacks }: ContractSuite): void {
  check(
    "checks are all there, however many pages they fill, and the newest of a name counts",
    async ({ fake, forge, mine }) => {
      fake.setStatus({ sha: mine, context: "required", state: "success" });
      for (let row = 1; row <= 230; row++)
        fake.setStatus({ sha: mine, context: `job ${row % 60}`, state: row > 170 ? "success" : "pending" });
      const reading = await forge.checks(mine);
      if (reading.kind !== "found") throw new Error("no checks");
      assert.equal(new Set(reading.value.map((fact) => fact.id)).size, 231);
      assertPart(decideCheck("required", reading.value), { decision: "open" });
      assertPart(decideCheck("job *", reading.value), { decision: "open" });
    },
  );

  check("a commit without checks has an empty list, not an absent one", async ({ forge, mine }) => {
    assert.deepEqual(await forge.checks(mine), { kind: "found", value: [] });
  });

  const checkJobs = lacks("runs to be set") ? () => undefined : check;
  checkJobs("a cancelled check is distinguished from a failed one", async ({ fake, forge, mine }) => {
    fake.setStatus({ sha: mine, context: "a", state: "cancelled" });
    fake.setStatus({ sha: mine, context: "b", state: "failure" });
    const reading = await forge.checks(mine);
    if (reading.kind !== "found") throw new Error("no checks");
    assertPart(decideCheck("a", reading.value), { state: "cancelled", decision: "defer" });
    assertPart(decideCheck("b", reading.value), { state: "failure", decision: "closed" });
  });

  const checkRuns = lacks("runs") ? () => undefined : checkJobs;
  checkRuns(
    "the runs of one workflow are distinguished from others, with event and branch",
    async ({ fake, forge, mine, root }) => {
      fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "failure" });
      fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "success", attempt: 2 });
      fake.setRun({ sha: mine, file: "e2e.yml", status: "queued", event: "workflow_dispatch" });
      fake.setRun({ sha: mine, file: "ci.yml", status: "in_progress" });
      fake.setRun({ sha: root, file: "e2e.yml", status: "in_progress" });
      const reading = await forge.runs(mine, "e2e.yml");
      if (reading.kind !== "found") throw new Error("no runs");
      const run = newestRun(reading.value, { commit: mine, branch: "main", event: "push" });
      assertPart(run, { status: "completed", conclusion: "success", headSha: mine });
      assertPart(newestRun(reading.value, { commit: mine, branch: "main", event: "workflow_dispatch" }), {
        status: "queued",
        conclusion: "",
      });
    },
  );

  checkJobs("a workflow without runs on the commit has an empty list", async ({ fake, forge, mine, root }) => {
    fake.setWorkflow("e2e.yml", "active");
    fake.setRun({ sha: root, file: "e2e.yml", status: "completed", conclusion: "success" });
    assert.deepEqual(await forge.runs(mine, "e2e.yml"), { kind: "found", value: [] });
  });

  check(
    "asking again is one request per list, a conditional one if the server has etags",
    async ({ fake, forge, mine }) => {
      fake.setStatus({ sha: mine, context: "a", state: "pending" });
      const first = await forge.checks(mine);
      const before = fake.requests.length;
      assert.deepEqual(await forge.checks(mine), first);
      const again = fake.requests.slice(before);
      assert.equal(again.length <= 4 && again.every(({ status }) => status === 304 || lacks("etags")), true);
      fake.setStatus({ sha: mine, context: "a", state: "success" });
      const second = await forge.checks(mine);
      assert.equal(second.kind === "found" && decideCheck("a", second.value).decision, "open");
    },
  );
}
