import { type CommitSha, parseCommitSha, type Secret, secret } from "@lateen/kernel";

import { decideCheck } from "../decide-check.ts";
import { newestRun } from "../decide-run.ts";
import type { Forge } from "../forge.ts";
import { createMemoryGraph, type MemoryGraph } from "./commit-graph.ts";
import type { ForgeFacts } from "./forge-facts.ts";
import { htmlPage, type HttpFake, type Misbehaviour } from "./http-fake.ts";

/** How a subject is opened. */
export interface ForgeSubjectOptions {
  /** What the forge knows; the server is to serve it. */
  readonly graph: MemoryGraph;
  /** The only token that the server lets in. */
  readonly token?: string;
}

/** A server that plays a forge, and the adapter that speaks to it. */
export interface ForgeSubject {
  readonly fake: HttpFake & ForgeFacts;
  /** An adapter with this token, and with short pauses between its tries. */
  connect(token?: Secret): Forge;
}

/** The test functions of whatever runner is used. */
export interface ForgeContractRunner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
  expect(actual: unknown): {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toMatchObject(expected: object): void;
  };
}

const workflowText = "name: E2E\non:\n  push:\n    paths: ['server/**']\n";

/**
 * What every adapter has to do, whatever forge it speaks to; `open` starts a server that serves the given commits.
 *
 * @param lacksRuns - Whether the server is one without an API of runs and workflows. @default false
 */
export function describeForgeContract(
  name: string,
  open: (options: ForgeSubjectOptions) => Promise<ForgeSubject>,
  { describe, test, expect }: ForgeContractRunner,
  { lacksRuns = false }: { readonly lacksRuns?: boolean } = {},
): void {
  const check = (title: string, body: (world: World) => Promise<void>): void =>
    test(title, () => withWorld(open, body));

  describe(`${name}: the forge contract`, () => {
    check(
      "checks are all there, however many pages they fill, and the newest of a name counts",
      async ({ fake, forge, mine }) => {
        fake.setStatus({ sha: mine, context: "required", state: "success" });
        for (let row = 1; row <= 230; row++)
          fake.setStatus({ sha: mine, context: `job ${row % 60}`, state: row > 170 ? "success" : "pending" });
        const reading = await forge.checks(mine);
        if (reading.kind !== "found") throw new Error("no checks");
        expect(new Set(reading.value.map((fact) => fact.id)).size).toBe(231);
        expect(decideCheck("required", reading.value)).toMatchObject({ decision: "open" });
        expect(decideCheck("job *", reading.value)).toMatchObject({ decision: "open" });
      },
    );

    check("a commit without checks has an empty list, not an absent one", async ({ forge, mine }) => {
      expect(await forge.checks(mine)).toEqual({ kind: "found", value: [] });
    });

    check("a cancelled check is told from a failed one", async ({ fake, forge, mine }) => {
      fake.setStatus({ sha: mine, context: "a", state: "cancelled" });
      fake.setStatus({ sha: mine, context: "b", state: "failure" });
      const reading = await forge.checks(mine);
      if (reading.kind !== "found") throw new Error("no checks");
      expect(decideCheck("a", reading.value)).toMatchObject({ state: "cancelled", decision: "defer" });
      expect(decideCheck("b", reading.value)).toMatchObject({ state: "failure", decision: "closed" });
    });

    const checkRuns = lacksRuns ? () => undefined : check;
    checkRuns(
      "the runs of one workflow are told from others, with event, branch and attempt",
      async ({ fake, forge, mine, root }) => {
        fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "failure" });
        fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "success", attempt: 2 });
        fake.setRun({ sha: mine, file: "e2e.yml", status: "queued", event: "workflow_dispatch" });
        fake.setRun({ sha: mine, file: "ci.yml", status: "in_progress" });
        fake.setRun({ sha: root, file: "e2e.yml", status: "in_progress" });
        const reading = await forge.runs(mine, "e2e.yml");
        if (reading.kind !== "found") throw new Error("no runs");
        const run = newestRun(reading.value, { commit: mine, branch: "main", event: "push" });
        expect(run).toMatchObject({ status: "completed", conclusion: "success", attempt: 2, headSha: mine });
        expect(newestRun(reading.value, { commit: mine, branch: "main", event: "workflow_dispatch" })).toMatchObject({
          status: "queued",
          conclusion: "",
        });
      },
    );

    check("a workflow without runs on the commit has an empty list", async ({ fake, forge, mine, root }) => {
      fake.setWorkflow("e2e.yml", "active");
      fake.setRun({ sha: root, file: "e2e.yml", status: "completed", conclusion: "success" });
      expect(await forge.runs(mine, "e2e.yml")).toEqual({ kind: "found", value: [] });
    });

    check("heads are found, and absent only where there is no such branch", async ({ forge, graph, mine }) => {
      graph.add({ branch: "feature/a b", parents: [mine], message: "elsewhere" });
      expect(await forge.head("main")).toEqual({ kind: "found", value: mine });
      expect(await forge.head("feature/a b")).toMatchObject({ kind: "found" });
      expect(await forge.head("nowhere")).toMatchObject({ kind: "absent" });
    });

    check("ancestry has four words", async ({ forge, graph, mine, root }) => {
      const other = parseCommitSha(graph.add({ branch: "other", parents: [root], message: "other" }));
      expect(await forge.compare(root, mine)).toEqual({ kind: "found", value: "ahead" });
      expect(await forge.compare(mine, root)).toEqual({ kind: "found", value: "behind" });
      expect(await forge.compare(mine, mine)).toEqual({ kind: "found", value: "identical" });
      expect(await forge.compare(mine, other)).toEqual({ kind: "found", value: "diverged" });
      expect(await forge.compare(mine, parseCommitSha("0".repeat(39) + "1"))).toMatchObject({ kind: "unknown" });
    });

    check("short names become full ones, and names of branches do not", async ({ forge, graph, mine }) => {
      expect(await forge.resolve(mine.slice(0, 7))).toEqual({ kind: "found", value: mine });
      expect(await forge.resolve(mine)).toEqual({ kind: "found", value: mine });
      graph.add({ branch: "deadbeef", parents: [mine], message: "trap" });
      expect((await forge.resolve("deadbeef")).kind === "found").toBe(false);
      expect((await forge.resolve("main")).kind === "found").toBe(false);
    });

    check("the newest commits of a branch are listed with their subjects, as many as are wanted", async (world) => {
      const { forge, graph, mine } = world;
      const before = graph.add({ branch: "release/1", parents: [mine], message: "Begin it" });
      const newest = graph.add({ branch: "release/1", message: "Say \u001b[31mwhat\n\nAnd in depth why." });
      const begun = { sha: before, subject: "Begin it" };
      const said = { sha: newest, subject: "Say \u001b[31mwhat" };
      const reading = await forge.recent("release/1", 30);
      expect(reading.kind === "found" ? reading.value.slice(0, 2) : reading).toEqual([said, begun]);
      expect(await forge.recent("release/1", 1)).toEqual({ kind: "found", value: [said] });
      expect((await forge.recent("nowhere", 30)).kind === "found").toBe(false);
    });

    check("what lies between two commits is listed newest first, with all files", async ({ forge, graph, mine }) => {
      const change = parseCommitSha(graph.add({ files: { "server/b.ts": "b" }, message: "Change it\n\nIn depth." }));
      const note = parseCommitSha(graph.add({ files: { "docs/b.md": "b" }, message: "Note it" }));
      const range = await forge.between(mine, note);
      if (range.kind !== "found") throw new Error("no range");
      expect(range.value.commits.map(({ sha }) => sha)).toEqual([note, change]);
      expect([...(range.value.files ?? [])].toSorted()).toEqual(["docs/b.md", "server/b.ts"]);
      expect(range.value.truncated).toBe(false);
      const commit = await forge.commit(change);
      expect(commit).toMatchObject({ kind: "found", value: { sha: change, files: ["server/b.ts"] } });
      expect(commit.kind === "found" && commit.value.message?.includes("In depth.")).toBe(true);
    });

    check("pushes are remembered with what was there before", async ({ fake, forge, mine, root }) => {
      fake.addPush({ before: root, after: mine });
      expect(await forge.push(mine, "main")).toMatchObject({ kind: "found", value: { before: root, after: mine } });
      expect(await forge.push(root, "main")).toMatchObject({ kind: "absent" });
      expect(await forge.push(mine, "other")).toMatchObject({ kind: "absent" });
    });

    check("files are read at the commit that is asked about", async ({ forge, graph, mine }) => {
      const later = parseCommitSha(graph.add({ files: { "a.txt": "later\n" } }));
      expect(await forge.file("a.txt", mine)).toEqual({ kind: "found", value: "earlier ✓\n" });
      expect(await forge.file("a.txt", later)).toEqual({ kind: "found", value: "later\n" });
      expect(await forge.file("b.txt", mine)).toMatchObject({ kind: "absent" });
    });

    check("workflows are found by their file's name, with their state", async ({ fake, forge, mine }) => {
      expect(await forge.workflowFile("e2e.yml", mine)).toMatchObject({
        kind: "found",
        value: { path: ".github/workflows/e2e.yml", text: workflowText },
      });
      expect(await forge.workflowFile("nothing.yml", mine)).toMatchObject({ kind: "absent" });
      expect(await forge.workflow("e2e.yml")).toMatchObject({ kind: "absent" });
      fake.setWorkflow("e2e.yml", "disabled_manually", "E2E");
      const known = { kind: "found", value: { state: "disabled_manually" } };
      expect(await forge.workflow("e2e.yml")).toMatchObject(lacksRuns ? { kind: "absent" } : known);
    });

    check("a variable is found, empty or absent, and a refused one is neither", async ({ fake, forge }) => {
      expect(await forge.variable("STOP")).toMatchObject({ kind: "absent" });
      fake.setVariable("STOP", "true");
      expect(await forge.variable("STOP")).toEqual({ kind: "found", value: "true" });
      fake.setVariable("STOP", "");
      expect(await forge.variable("STOP")).toEqual({ kind: "found", value: "" });
      fake.misbehave({ on: /variables/, status: 403, body: { message: "no" } });
      expect(await forge.variable("STOP")).toMatchObject({
        kind: "unknown",
        cause: { code: "FORGE_FORBIDDEN", category: "auth" },
      });
    });

    check("asking again is one conditional request per list", async ({ fake, forge, mine }) => {
      fake.setStatus({ sha: mine, context: "a", state: "pending" });
      const first = await forge.checks(mine);
      const before = fake.requests.length;
      expect(await forge.checks(mine)).toEqual(first);
      const again = fake.requests.slice(before);
      expect(again.length <= 4 && again.every(({ status }) => status === 304)).toBe(true);
      fake.setStatus({ sha: mine, context: "a", state: "success" });
      const second = await forge.checks(mine);
      expect(second.kind === "found" && decideCheck("a", second.value).decision).toBe("open");
    });

    test("a wrong token is an error of credentials, and appears nowhere", () =>
      withWorld(
        (options) => open({ ...options, token: "right" }),
        async ({ subject, mine }) => {
          const wrong = secret("wr0ng-t0ken");
          const reading = await subject.connect(wrong).checks(mine);
          expect(reading).toMatchObject({ kind: "unknown", cause: { code: "FORGE_UNAUTHORIZED", category: "auth" } });
          const told =
            reading.kind === "unknown"
              ? JSON.stringify([
                  reading.cause,
                  String(reading.cause),
                  reading.cause.why,
                  reading.cause.stack,
                  String(reading.cause.cause),
                ])
              : "";
          expect(told.includes(wrong.reveal())).toBe(false);
          expect(await subject.connect(secret("right")).checks(mine)).toMatchObject({ kind: "found" });
        },
      ));

    for (const [title, misbehaviour] of misbehaviours) {
      check(`${title}: every read is unknown, and none is absent`, async ({ fake, forge, mine, root }) => {
        fake.setStatus({ sha: mine, context: "a", state: "success" });
        fake.misbehave(misbehaviour);
        const readings = await Promise.all([
          forge.checks(mine),
          forge.runs(mine, "e2e.yml"),
          forge.head("main"),
          forge.compare(root, mine),
          forge.resolve(mine.slice(0, 8)),
          forge.between(root, mine),
          forge.commit(mine),
          forge.push(mine, "main"),
          forge.file("a.txt", mine),
          forge.workflowFile("e2e.yml", mine),
          forge.workflow("e2e.yml"),
          forge.variable("STOP"),
        ]);
        expect(readings.map(({ kind }) => kind)).toEqual(readings.map(() => "unknown"));
      });
    }

    check("a hiccup is survived", async ({ fake, forge, mine }) => {
      fake.misbehave({ status: 502, times: 2 });
      expect(await forge.head("main")).toEqual({ kind: "found", value: mine });
      fake.misbehave({ fault: "reset", times: 1 });
      expect(await forge.checks(mine)).toMatchObject({ kind: "found" });
    });

    check("work that is called off throws, and does not answer", async ({ fake, forge }) => {
      fake.misbehave({ fault: "silence" });
      const abort = new AbortController();
      const head = forge.head("main", abort.signal).then(
        ({ kind }) => kind,
        ({ category }: { category: string }) => category,
      );
      setTimeout(() => abort.abort(), 20);
      expect(await head).toBe("interrupted");
    });
  });
}

const misbehaviours: readonly (readonly [string, Misbehaviour])[] = [
  ["an overloaded gateway", { status: 502, body: "bad gateway" }],
  ["a server error", { status: 500, body: { message: "internal" } }],
  ["a web page", htmlPage],
  ["a truncated answer", { fault: "truncate", body: JSON.stringify([{ id: 1 }]).repeat(50) }],
  ["half a document", { body: '{"statuses": [', headers: { "content-type": "application/json" } }],
  ["other JSON", { body: { surprise: true } }],
  ["an empty answer", { body: "", headers: { "content-type": "application/json" } }],
  ["a reset connection", { fault: "reset" }],
  ["too many requests", { status: 429 }],
  ["a move to another address", { status: 301, headers: { location: "https://example.com/" } }],
];

interface World {
  readonly subject: ForgeSubject;
  readonly fake: HttpFake & ForgeFacts;
  readonly forge: Forge;
  readonly graph: MemoryGraph;
  readonly root: CommitSha;
  /** The head of main. */
  readonly mine: CommitSha;
}

async function withWorld(
  open: (options: ForgeSubjectOptions) => Promise<ForgeSubject>,
  body: (world: World) => Promise<void>,
): Promise<void> {
  const graph = createMemoryGraph();
  const root = parseCommitSha(graph.add({ message: "root", files: { ".github/workflows/e2e.yml": workflowText } }));
  const mine = parseCommitSha(graph.add({ message: "mine", files: { "a.txt": "earlier ✓\n" } }));
  const subject = await open({ graph });
  try {
    await body({ subject, fake: subject.fake, forge: subject.connect(), graph, root, mine });
  } finally {
    await subject.fake.close();
  }
}
