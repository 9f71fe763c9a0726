import assert from "node:assert/strict";
import { assertPart } from "@lateen/kernel/testing";
import { parseCommitSha } from "@lateen/kernel";
import type { ContractSuite } from "./contract-suite.ts";

/** Commits, branches, and what lies between them. */
export function contractOfCommits({ check }: ContractSuite): void {
  check("heads are found, and absent only where there is no such branch", async ({ forge, graph, mine }) => {
    graph.add({ branch: "feature/a+b", parents: [mine], message: "elsewhere" });
    assert.deepEqual(await forge.head("main"), { kind: "found", value: mine });
    assertPart(await forge.head("feature/a+b"), { kind: "found" });
    assertPart(await forge.head("nowhere"), { kind: "absent" });
  });

  check("ancestry has four words", async ({ forge, graph, mine, root }) => {
    const other = parseCommitSha(graph.add({ branch: "other", parents: [root], message: "other" }));
    assert.deepEqual(await forge.compare(root, mine), { kind: "found", value: "ahead" });
    assert.deepEqual(await forge.compare(mine, root), { kind: "found", value: "behind" });
    assert.deepEqual(await forge.compare(mine, mine), { kind: "found", value: "identical" });
    assert.deepEqual(await forge.compare(mine, other), { kind: "found", value: "diverged" });
    assertPart(await forge.compare(mine, parseCommitSha("0".repeat(39) + "1")), { kind: "unknown" });
  });

  check("short names become full ones, and names of branches do not", async ({ forge, graph, mine }) => {
    assert.deepEqual(await forge.resolve(mine.slice(0, 7)), { kind: "found", value: mine });
    assert.deepEqual(await forge.resolve(mine), { kind: "found", value: mine });
    graph.add({ branch: "deadbeef", parents: [mine], message: "trap" });
    assert.equal((await forge.resolve("deadbeef")).kind === "found", false);
    assert.equal((await forge.resolve("main")).kind === "found", false);
  });

  check("the newest commits of a branch are listed with their subjects, as many as are wanted", async (world) => {
    const { forge, graph, mine } = world;
    const before = graph.add({ branch: "release/1", parents: [mine], message: "Begin it" });
    const newest = graph.add({ branch: "release/1", message: "Say \u001b[31mwhat\n\nAnd in depth why." });
    const begun = { sha: before, subject: "Begin it" };
    const said = { sha: newest, subject: "Say \u001b[31mwhat" };
    const reading = await forge.recent("release/1", 30);
    assert.deepEqual(reading.kind === "found" ? reading.value.slice(0, 2) : reading, [said, begun]);
    assert.deepEqual(await forge.recent("release/1", 1), { kind: "found", value: [said] });
    assert.equal((await forge.recent("nowhere", 30)).kind === "found", false);
  });

  check("what lies between two commits is listed newest first, with all files", async ({ forge, graph, mine }) => {
    const change = parseCommitSha(graph.add({ files: { "server/b.ts": "b" }, message: "Change it\n\nIn depth." }));
    const note = parseCommitSha(graph.add({ files: { "docs/b.md": "b" }, message: "Note it" }));
    const range = await forge.between(mine, note);
    if (range.kind !== "found") throw new Error("no range");
    assert.deepEqual(
      range.value.commits.map(({ sha }) => sha),
      [note, change],
    );
    assert.deepEqual([...(range.value.files ?? [])].toSorted(), ["docs/b.md", "server/b.ts"]);
    assert.equal(range.value.truncated, false);
    const commit = await forge.commit(change);
    assertPart(commit, { kind: "found", value: { sha: change, files: ["server/b.ts"] } });
    assert.equal(commit.kind === "found" && commit.value.message?.includes("In depth."), true);
  });

  check("pushes are remembered with what was there before", async ({ fake, forge, graph, mine }) => {
    assert.deepEqual(await forge.head("main"), { kind: "found", value: mine });
    const between = parseCommitSha(graph.add({ message: "Begin" }));
    const after = parseCommitSha(graph.add({ message: "End" }));
    fake.addPush({ before: mine, after });
    assertPart(await forge.push(after, "main"), { kind: "found", value: { before: mine, after } });
    assertPart(await forge.push(between, "main"), { kind: "absent" });
    assertPart(await forge.push(after, "other"), { kind: "absent" });
  });
}
