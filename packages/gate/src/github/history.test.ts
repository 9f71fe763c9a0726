import { parseCommitSha } from "@lateen/kernel";
import { afterEach, describe, expect, it } from "vitest";
import { causeOf, closeGitHubWorlds, startGitHubWorld, valueOf } from "../testing/github-world.ts";

afterEach(closeGitHubWorlds);

describe("history and changes", () => {
  it("orders commits", async () => {
    const { forge, graph } = await startGitHubWorld();
    const [first, second] = [parseCommitSha(graph.add()), parseCommitSha(graph.add())];
    const other = parseCommitSha(graph.add({ branch: "other", parents: [first] }));
    expect(valueOf(await forge.head("main"))).toBe(second);
    expect(await forge.head("gone")).toMatchObject({ kind: "absent" });
    const relations = [
      valueOf(await forge.compare(first, second)),
      valueOf(await forge.compare(second, first)),
      valueOf(await forge.compare(second, other)),
      valueOf(await forge.compare(first, first)),
    ];
    expect(relations).toEqual(["ahead", "behind", "diverged", "identical"]);
  });

  it("takes a branch with slashes", async () => {
    const { forge, graph } = await startGitHubWorld();
    const sha = graph.add({ branch: "release/1.x" });
    expect(valueOf(await forge.head("release/1.x"))).toBe(sha);
  });

  it("resolves a short id, but not the name of a branch", async () => {
    const { forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    graph.add({ branch: "abcdef1" });
    expect(valueOf(await forge.resolve(sha.slice(0, 7).toUpperCase()))).toBe(sha);
    expect(await forge.resolve("0000000")).toMatchObject({ kind: "absent" });
    expect(causeOf(await forge.resolve("abcdef1")).code).toBe("FORGE_UNEXPECTED_COMMIT");
    expect(causeOf(await forge.resolve("main")).code).toBe("FORGE_UNEXPECTED_COMMIT");
  });

  it("names what lies between two commits, newest first", async () => {
    const { forge, graph } = await startGitHubWorld();
    const base = parseCommitSha(graph.add());
    const shas = Array.from({ length: 130 }, (_, index) =>
      graph.add({ message: `change ${index}`, files: { [`f${index % 7}`]: `${index}` } }),
    );
    const head = parseCommitSha(shas.at(-1) ?? "");
    const range = valueOf(await forge.between(base, head));
    expect(range.commits.map(({ sha }) => sha)).toEqual(shas.toReversed());
    expect(range.commits[0]).toMatchObject({ message: "change 129", files: undefined, at: "2026-06-01T02:10:00.000Z" });
    expect(range.files).toEqual(["f0", "f1", "f2", "f3", "f4", "f5", "f6"]);
    expect(range.truncated).toBe(false);
  });

  it("reads more than 300 files from the commits' own pages, and names them all", async () => {
    const { forge, graph } = await startGitHubWorld();
    const base = parseCommitSha(graph.add());
    const head = parseCommitSha(
      graph.add({ files: Object.fromEntries(Array.from({ length: 310 }, (_, index) => [`f${index}`, "x"])) }),
    );
    expect(valueOf(await forge.between(base, head)).files).toBeUndefined();
    expect(valueOf(await forge.difference(base, head))).toMatchObject({ truncated: false });
    expect(valueOf(await forge.difference(base, head)).files).toHaveLength(310);
    expect(valueOf(await forge.commit(head)).files).toHaveLength(310);
  });

  it("does not know how a commit relates that is not there", async () => {
    const { forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    expect(causeOf(await forge.compare(parseCommitSha("f".repeat(40)), sha)).code).toBe("FORGE_NOT_FOUND");
  });
});

describe("pushes, sources and variables", () => {
  it("finds the push that made a commit the head", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const [before, , after] = [graph.add(), graph.add(), graph.add()].map(parseCommitSha);
    if (before === undefined || after === undefined) throw new Error("no commits");
    fake.addPush({ after: before });
    fake.addPush({ before, after, user: "github-actions[bot]" });
    expect(valueOf(await forge.push(after, "main"))).toEqual({
      before,
      after,
      pusher: "github-actions[bot]",
      byWorkflowToken: true,
    });
    expect(valueOf(await forge.push(before, "main"))).toMatchObject({ before: undefined, byWorkflowToken: false });
    expect(await forge.push(after, "other")).toMatchObject({ kind: "absent" });
  });

  it("looks back no further than to the push", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const [young, old] = [parseCommitSha(graph.add()), parseCommitSha(graph.add())];
    fake.addPush({ after: old });
    for (let index = 0; index < 250; index++) fake.addPush({ after: graph.add() });
    fake.addPush({ after: young });
    expect(valueOf(await forge.push(young, "main")).after).toBe(young);
    expect(fake.requests).toHaveLength(1);
    expect(valueOf(await forge.push(old, "main")).after).toBe(old);
    expect(fake.requests).toHaveLength(4);
  });

  it("does not take the push of another branch for that of this one", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    fake.misbehave({ body: JSON.stringify([{ before: "0".repeat(40), after: sha, ref: "refs/heads/other" }]) });
    expect(await forge.push(sha, "main")).toMatchObject({ kind: "absent" });
  });

  it("reads a file at a commit once", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add({ files: { "a.txt": "a" } }));
    await forge.file("a.txt", sha);
    await forge.file("a.txt", sha);
    expect(fake.requests).toHaveLength(1);
  });

  it("reads files and workflows", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const text = `on: push\n# ${"ä".repeat(200)}\n`;
    const sha = parseCommitSha(graph.add({ files: { ".github/workflows/e2e.yml": text } }));
    expect(valueOf(await forge.workflowFile("e2e.yml", sha))).toEqual({ path: ".github/workflows/e2e.yml", text });
    expect(await forge.workflowFile("none.yml", sha)).toMatchObject({ kind: "absent" });
    fake.setWorkflow("e2e.yml", "disabled_manually", "E2E");
    expect(valueOf(await forge.workflow("e2e.yml"))).toEqual({
      path: ".github/workflows/e2e.yml",
      name: "E2E",
      state: "disabled_manually",
    });
    expect(await forge.workflow("none.yml")).toMatchObject({ kind: "absent" });
  });

  it("distinguishes an unset variable from one that it may not read", async () => {
    const { fake, forge } = await startGitHubWorld();
    expect(await forge.variable("OFF")).toMatchObject({ kind: "absent" });
    fake.setVariable("OFF", "true");
    expect(valueOf(await forge.variable("OFF"))).toBe("true");
    fake.misbehave({ on: /variables/, status: 403, body: { message: "Resource not accessible by integration" } });
    expect(causeOf(await forge.variable("OFF"))).toMatchObject({ code: "FORGE_FORBIDDEN", category: "auth" });
  });
});
