import assert from "node:assert/strict";
import { assertPart } from "@lateen/kernel/testing";
import type { Forge } from "../ports/forge.ts";
import type { ContractSuite } from "./contract-suite.ts";
import { minorOf } from "./gitea-version.ts";

interface WireAnswer {
  readonly status: number;
  readonly type: string;
  readonly etag: string | null;
  readonly body: unknown;
}

/** Habits of Gitea that the adapter depends on, read without it; `version` as the server reports itself. */
export function contractOfGiteaWire({ check, lacks }: ContractSuite, version: string): void {
  const minor = minorOf(version);
  const unknownSha = "0".repeat(39) + "1";
  const missing = { status: 404, type: "text/plain", body: "404 page not found\n" };

  check("the version is found, and one that cannot be read is unknown", async ({ fake, forge }) => {
    assertPart(await forge.version(), { kind: "found" });
    fake.misbehave({ on: /version$/, status: 503, body: "" });
    assertPart(await forge.version(), { kind: "unknown", cause: { code: "FORGE_UNAVAILABLE" } });
  });

  check("wire: answers carry no etag, and a call that a version lacks is no 404 of the API", async (world) => {
    const { forge, mine } = world;
    await forge.head("main");
    assert.equal((await read(forge, { kind: "checks", sha: mine })).etag, null);
    assertPart(await read(forge, "/no/such/call"), missing);
    const runs = await read(forge, { kind: "runs", sha: mine, file: "e2e.yml" });
    assertPart(runs, minor < 25 ? missing : { status: 200, type: "application/json" });
  });

  check(
    "wire: a page of statuses has 50 rows at most, by second, and by id within one",
    async ({ fake, forge, mine }) => {
      for (let row = 0; row < 60; row++) fake.setStatus({ sha: mine, context: `job ${row}`, state: "success" });
      await forge.checks(mine);
      const { body } = await read(forge, { kind: "checks", sha: mine }, "?limit=100");
      const rows = body as { id: number; created_at: string }[];
      assert.equal(rows.length, 50);
      const second = ({ created_at: at }: { created_at: string }): number => Math.floor(Date.parse(at) / 1000);
      assert.deepEqual(
        rows.map(({ id }) => id),
        rows.toSorted((a, b) => second(b) - second(a) || a.id - b.id).map(({ id }) => id),
      );
    },
  );

  check("wire: statuses of a commit that is not there", async ({ forge }) => {
    await forge.head("main");
    const { status, body } = await read(forge, { kind: "checks", sha: unknownSha });
    assert.deepEqual(minor < 26 ? [status, body] : status, minor < 26 ? [200, []] : 404);
  });

  check("wire: a comparison names no files at its top, and commits are not compared before 1.23", async (world) => {
    const { forge, graph, mine } = world;
    const head = graph.add({ files: { "server/a.ts": "a" } });
    await forge.head("main");
    const answer = await read(forge, { kind: "compare", base: mine, head });
    assertPart(answer, minor < 23 ? missing : { status: 200, body: { total_commits: 1 } });
    assert.equal(minor >= 23 && "files" in (answer.body as object), false);
    const log = await read(forge, `/commits?sha=${head}&not=${mine}&stat=false&files=true`);
    assertPart(log, { status: 200, body: [{ sha: head, files: [{ filename: "server/a.ts" }] }] });
  });

  check("wire: a variable that is not set is a 404 in words, and an empty one cannot be stored", async (world) => {
    const { fake, forge } = world;
    await forge.head("main");
    const answer = await read(forge, { kind: "variable", name: "STOP" });
    assertPart(answer, { status: 404, type: "application/json", body: { message: "variable not found" } });
    fake.setVariable("STOP", "");
    // The refusal of a real server is an error of its next read.
    await forge.head("main").catch(() => undefined);
    assertPart(await read(forge, { kind: "variable", name: "STOP" }), { status: 404 });
  });

  if (minor < 25 || lacks("runs to be set")) return;

  check("wire: runs count no attempts, and times that are not set are of 1970", async ({ fake, forge, mine }) => {
    fake.setRun({ sha: mine, file: "e2e.yml", status: "in_progress", attempt: 3 });
    const { body } = await read(forge, { kind: "runs", sha: mine, file: "e2e.yml" });
    const [run] = (body as { workflow_runs: { run_attempt: number; completed_at: string }[] }).workflow_runs;
    assertPart(run, { run_attempt: 0, status: "in_progress", conclusion: "" });
    assert.match(run?.completed_at ?? "", /^1970-/);
  });

  check(
    "wire: a status links to the run's id since 1.26, and to its number and the place of the job before",
    async (world) => {
      const { fake, forge, mine } = world;
      for (const context of ["CI / a (push)", "CI / b (push)"])
        fake.setStatus({ sha: mine, context, state: "success" });
      const runs = (await read(forge, { kind: "runs", sha: mine, file: "ci.yml" })).body;
      const [run] = (runs as { workflow_runs: { id: number; run_number: number }[] }).workflow_runs;
      const statuses = (await read(forge, { kind: "checks", sha: mine })).body as {
        context: string;
        target_url: string;
      }[];
      const link = statuses.find(({ context }) => context === "CI / b (push)")?.target_url ?? "";
      const [, of, job] = /\/actions\/runs\/(\d+)\/jobs\/(\d+)$/.exec(link) ?? [];
      assert.equal(Number(of), minor < 26 ? run?.run_number : run?.id);
      assert.equal(minor < 26 ? job === "1" : Number(job) > 1, true);
    },
  );

  check(
    "wire: a scheduled run is listed as a push until 1.26, by the user of Actions",
    async ({ fake, forge, mine }) => {
      fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "success", event: "schedule" });
      const { body } = await read(forge, { kind: "runs", sha: mine, file: "e2e.yml" });
      const event = minor < 27 ? "push" : "schedule";
      assertPart((body as { workflow_runs: unknown[] }).workflow_runs[0], { event, actor: { login: "gitea-actions" } });
    },
  );
}

async function read(forge: Forge, subject: Parameters<Forge["urlOf"]>[0] | string, query = ""): Promise<WireAnswer> {
  const repository = forge.urlOf({ kind: "branch", name: "" }).replace(/\/branches\/$/, "");
  const url = typeof subject === "string" ? repository + subject : forge.urlOf(subject) + query;
  const response = await fetch(url, { headers: { "user-agent": "contract" } });
  const text = await response.text();
  const type = (response.headers.get("content-type") ?? "").replace(/;.*$/, "");
  return {
    status: response.status,
    type,
    etag: response.headers.get("etag"),
    body: type.endsWith("json") ? JSON.parse(text) : text,
  };
}
