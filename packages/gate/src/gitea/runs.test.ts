import { afterEach, describe, expect, test } from "vitest";
import { newestRun } from "../absence/decide-run.ts";
import { closeGiteaWorlds, mine, startGiteaWorld } from "../testing/gitea-world.ts";

afterEach(closeGiteaWorlds);

describe("runs", () => {
  const filter = { commit: mine, branch: "main", event: "push" };

  test("without an API are made of the statuses of the workflow that the file names", async () => {
    const { fake, forge } = await startGiteaWorld({ version: "1.22.6" });
    const run = "/acme/core/actions/runs/7/jobs/";
    fake.setStatus({ sha: mine, context: "E2E / a (push)", state: "success", targetUrl: `${run}0` });
    fake.setStatus({ sha: mine, context: "E2E / b (push)", state: "pending", targetUrl: `${run}1` });
    const dispatched = "/acme/core/actions/runs/9/jobs/0";
    fake.setStatus({ sha: mine, context: "E2E / a (workflow_dispatch)", state: "failure", targetUrl: dispatched });
    fake.setStatus({ sha: mine, context: "Other / a (push)", state: "failure" });
    const look = async () => {
      const reading = await forge.runs(mine, "e2e.yml");
      return reading.kind === "found" ? newestRun(reading.value, filter) : undefined;
    };
    expect(await look()).toMatchObject({ id: 7, status: "in_progress", conclusion: "", workflowName: "E2E" });
    fake.setStatus({ sha: mine, context: "E2E / b (push)", state: "skipped", targetUrl: `${run}1` });
    expect(await look()).toMatchObject({ status: "completed", conclusion: "success" });
    fake.setStatus({ sha: mine, context: "E2E / b (push)", state: "cancelled", targetUrl: `${run}1` });
    expect(await look()).toMatchObject({ status: "completed", conclusion: "cancelled" });
    fake.setStatus({ sha: mine, context: "E2E / a (push)", state: "failure", targetUrl: `${run}0` });
    expect(await look()).toMatchObject({ status: "completed", conclusion: "failure" });
    expect(fake.requests.filter(({ path }) => path.includes("/actions/runs"))).toHaveLength(1);
  });

  test("without an API of two files of one name are all good, or none is", async () => {
    const { fake, forge } = await startGiteaWorld({ version: "1.22.6" });
    const at = (number: number) => `/acme/core/actions/runs/${number}/jobs/0`;
    fake.setStatus({ sha: mine, context: "E2E / all (push)", state: "failure", targetUrl: at(17) });
    fake.setStatus({ sha: mine, context: "E2E / all (push)", state: "success", targetUrl: at(18) });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "failure" }] });
    fake.setStatus({ sha: mine, context: "E2E / all (push)", state: "success", targetUrl: at(17) });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "success" }] });
  });

  test("of a workflow whose file cannot be read are never taken for none", async () => {
    const { fake, forge } = await startGiteaWorld({ version: "1.22.6" });
    fake.setStatus({ sha: mine, context: "Night / a (push)", state: "success" });
    expect(await forge.runs(mine, "nightly.yml")).toMatchObject({
      kind: "unknown",
      cause: { code: "FORGE_RUNS_UNREADABLE" },
    });
    fake.setStatus({ sha: mine, context: "NIGHTLY / a (push)", state: "failure" });
    expect(await forge.runs(mine, "nightly.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "failure" }] });
  });

  test("of a server that does not report its version are asked for", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.misbehave({ on: /version/, status: 404 });
    fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "success" });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "success" }] });
    await forge.runs(mine, "e2e.yml");
    expect(fake.requests.filter(({ path }) => path.endsWith("/version")).length).toBeLessThanOrEqual(4);
  });

  test("are known by their id, not by their number, and by the file behind the path", async () => {
    const { fake, forge } = await startGiteaWorld();
    const id = fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "success" });
    fake.setRun({ sha: mine, file: "not-e2e.yml", status: "completed", conclusion: "failure" });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ id, workflow: "e2e.yml" }] });
    expect(await forge.runs(mine, ".gitea/workflows/e2e.yml")).toMatchObject({ value: [{ id }] });
  });

  test.each([
    [{ name: "E2E" }, { kind: "found", value: [{ conclusion: "failure" }] }],
    [{ name: "Nightly" }, { kind: "found", value: [] }],
    [{}, { kind: "unknown", cause: { code: "FORGE_RUNS_UNREADABLE" } }],
  ])("that do not tell their file are known by their name: %j", async (name, expected) => {
    const { fake, forge } = await startGiteaWorld();
    const run = { id: 1, head_sha: mine, event: "push", status: "completed", conclusion: "failure", ...name };
    fake.misbehave({ on: /actions\/runs\?/, body: { workflow_runs: [run] } });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject(expected);
  });

  test("that the API does not list are looked for among the statuses", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.setStatus({ sha: mine, context: "E2E / a (push)", state: "failure" });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "failure" }] });
  });
});
