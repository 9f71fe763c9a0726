import { parseCommitSha } from "@lateen/kernel";

import type { ContractSuite } from "./contract-suite.ts";

/** Commits, branches, and what lies between them. */
export function contractOfCommits({ check, expect }: ContractSuite): void {
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
}
