import { parseCommitSha } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { closeGiteaWorlds, graph, mine, root, startGiteaWorld } from "../testing/gitea-world.ts";

afterEach(closeGiteaWorlds);

describe("commits", () => {
  test.each([
    [{ commit: { id: mine } }, "found"],
    [{ commit: { sha: mine } }, "found"],
    [{ commit: { id: mine.slice(0, 10) } }, "found"],
    [{ commit: { id: mine.toUpperCase() } }, "found"],
    [{ commit: { id: "main" } }, "unknown"],
    [{ commit: {} }, "unknown"],
    [{ name: "main" }, "unknown"],
    [[], "unknown"],
  ])("a branch as %j is %s", async (body, kind) => {
    const { fake, forge } = await startGiteaWorld();
    fake.misbehave({ on: /branches/, body });
    expect(await forge.head("main")).toMatchObject({ kind, ...(kind === "found" ? { value: mine } : {}) });
  });

  test("digits are asked for in small letters, as git writes them", async () => {
    const { fake, forge } = await startGiteaWorld();
    expect(await forge.resolve(mine.slice(0, 10).toUpperCase())).toMatchObject({ kind: "found", value: mine });
    expect(fake.requests[0]).toMatchObject({ path: expect.stringContaining(mine.slice(0, 10)) as string });
  });

  test("a full SHA needs no request, and a comparison is asked for once", async () => {
    const { fake, forge } = await startGiteaWorld();
    await forge.resolve(mine.toUpperCase());
    expect(fake.requests).toEqual([]);
    await Promise.all([forge.compare(root, mine), forge.between(root, mine)]);
    await forge.compare(root, mine);
    expect(fake.requests.filter(({ path }) => path.includes("/compare/"))).toHaveLength(1);
  });

  test("a failed comparison is asked for again", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.misbehave({ on: /compare/, status: 400, times: 1 });
    expect(await forge.compare(root, mine)).toMatchObject({ kind: "unknown" });
    expect(await forge.compare(root, mine)).toMatchObject({ kind: "found", value: "ahead" });
  });

  test.each([
    [{ commits: null, total_commits: 0 }, { commits: [{ sha: mine }] }, "behind"],
    [{ commits: [{ sha: mine }] }, { commits: [] }, "ahead"],
    [{ total_commits: 3 }, { commits: null }, "ahead"],
    [{ commits: [] }, { commits: [] }, undefined],
  ])("forward %j and backward %j is %s", async (forward, backward, ancestry) => {
    const { fake, forge } = await startGiteaWorld();
    fake.misbehave({ on: new RegExp(`${root}\\.\\.\\.`), body: forward });
    fake.misbehave({ on: new RegExp(`${mine}\\.\\.\\.`), body: backward });
    expect(await forge.compare(root, mine)).toMatchObject(
      ancestry === undefined ? { kind: "unknown" } : { value: ancestry },
    );
  });

  test("files are read from the commits, and a missing list is no empty list", async () => {
    const sha = mine;
    const range = async (body: object) => {
      const { fake, forge } = await startGiteaWorld();
      fake.misbehave({ on: /compare/, body });
      return forge.between(root, mine);
    };
    const files = [{ filename: "b", previous_filename: "a" }];
    expect(await range({ commits: [{ sha, files }] })).toMatchObject({
      value: { files: ["b", "a"], truncated: false },
    });
    expect(await range({ commits: [{ sha }] })).toMatchObject({ value: { files: undefined } });
    expect(await range({ commits: [{ sha, files }], total_commits: 2 })).toMatchObject({ value: { truncated: true } });
  });

  test("a comparison is newest first, whichever way round it was sent", async () => {
    const { fake, forge } = await startGiteaWorld();
    const older = "1".repeat(40);
    for (const shas of [
      [older, mine],
      [mine, older],
    ]) {
      const body = { commits: shas.map((sha) => ({ sha, files: [] })) };
      const end = fake.misbehave({ on: /compare/, body });
      // The range between two commits is cached, so each try has a base of its own.
      const base = parseCommitSha((shas[0] === mine ? "2" : "3").repeat(40));
      const range = await forge.between(base, mine);
      expect(range.kind === "found" && range.value.commits.map(({ sha }) => sha)).toEqual([mine, older]);
      end();
    }
  });
});

describe("pushes", () => {
  test("are found far back, and tell who pushed", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.addPush({ before: root, after: mine, user: "gitea-actions" });
    for (let push = 0; push < 120; push++) fake.addPush({ after: root, branch: "other" });
    expect(await forge.push(mine, "main")).toMatchObject({ value: { pusher: "gitea-actions", byWorkflowToken: true } });
    fake.addPush({ before: undefined, after: mine, branch: "new" });
    expect(await forge.push(mine, "new")).toMatchObject({ value: { before: undefined, byWorkflowToken: false } });
  });

  test("that cannot be understood are passed over", async () => {
    const { fake, forge } = await startGiteaWorld();
    const bad = ["", "nonsense", "[]", '{"CompareURL": 5}'].map((content) => ({
      op_type: "commit_repo",
      ref_name: "refs/heads/main",
      content,
    }));
    fake.misbehave({ on: /feeds\?page=1/, body: bad });
    expect(await forge.push(mine, "main")).toMatchObject({ kind: "absent" });
  });
});

describe("workflow files", () => {
  test("of the shared folder count only where a commit has no own folder", async () => {
    const shared = parseCommitSha(
      graph.add({ branch: "shared", parents: [], files: { ".github/workflows/ci.yml": "on: push" } }),
    );
    const both = parseCommitSha(graph.add({ branch: "shared", files: { ".gitea/workflows/other.yml": "on: push" } }));
    const { forge } = await startGiteaWorld();
    expect(await forge.workflowFile("ci.yml", shared)).toMatchObject({
      kind: "found",
      value: { path: ".github/workflows/ci.yml" },
    });
    expect(await forge.workflowFile("ci.yml", both)).toMatchObject({ kind: "absent" });
    expect(await forge.workflowFile(".github/workflows/ci.yml", both)).toMatchObject({ kind: "found" });
  });

  test("are read raw where a server has no contents", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.misbehave({ on: /contents/, status: 404 });
    expect(await forge.workflowFile("e2e.yml", mine)).toMatchObject({ kind: "found" });
  });
});
