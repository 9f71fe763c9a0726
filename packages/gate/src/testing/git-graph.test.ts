import { createGitRepository, type GitRepository } from "@lateen/git-log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommitGraph, createMemoryGraph } from "./commit-graph.ts";
import { openGitGraph } from "./git-graph.ts";

/** The same history in memory and in git: a root, two changes on main, and a branch from the root. */
interface History {
  readonly graph: CommitGraph;
  readonly shas: readonly [string, string, string, string];
}

const drafts = [
  { message: "root", files: { "a.txt": "1\n" } },
  { message: "change\n\nwith a body", files: { "a.txt": "2\n", "docs/b.md": "b\n" } },
  { message: "remove", files: { "a.txt": null } },
] as const;

let repository: GitRepository;
const histories: Record<string, () => Promise<History>> = {
  async memory() {
    const graph = createMemoryGraph();
    const [root = "", one = "", two = ""] = drafts.map((draft) => graph.add(draft));
    return {
      graph,
      shas: [root, one, two, graph.add({ branch: "side", parents: [root], message: "side", files: { "c.txt": "c" } })],
    };
  },
  async git() {
    const shas: string[] = [];
    for (const draft of drafts) shas.push(await repository.commit(draft));
    const [root = "", one = "", two = ""] = shas;
    const side = await repository.commit({ branch: "side", parent: root, message: "side", files: { "c.txt": "c" } });
    return { graph: openGitGraph(repository.path), shas: [root, one, two, side] };
  },
};

beforeAll(async () => {
  repository = await createGitRepository();
});
afterAll(() => repository.close());

describe.each(Object.keys(histories))("a graph in %s", (kind) => {
  test("knows heads, commits, ranges, differences and files", async () => {
    const { graph, shas } = (await histories[kind]?.()) ?? expect.unreachable();
    const [root, one, two, side] = shas;
    expect({
      headMain: await graph.head("main"),
      headSide: await graph.head("side"),
      headNone: await graph.head("none"),
    }).toEqual({ headMain: two, headSide: side, headNone: undefined });
    expect(await graph.commit(one.slice(0, 8))).toMatchObject({
      sha: one,
      parents: [root],
      message: "change\n\nwith a body",
      files: ["a.txt", "docs/b.md"],
    });
    expect(await graph.commit("0123456789")).toBeUndefined();
    expect((await graph.between(root, two)).map(({ sha }) => sha)).toEqual([two, one]);
    expect(await graph.between(two, root)).toEqual([]);
    expect((await graph.between(two, side)).map(({ sha, files }) => [sha, files])).toEqual([[side, ["c.txt"]]]);
    expect(await graph.diff(root, two)).toEqual(["a.txt", "docs/b.md"]);
    expect({ before: await graph.file("a.txt", one), after: await graph.file("a.txt", two) }).toEqual({
      before: "2\n",
      after: undefined,
    });
    expect({ after: await graph.list("docs", two), before: await graph.list("docs", root) }).toEqual({
      after: ["docs/b.md"],
      before: [],
    });
  });
});
