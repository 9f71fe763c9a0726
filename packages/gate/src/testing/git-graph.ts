import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import type { CommitGraph, GraphCommit } from "./commit-graph.ts";

const run = promisify(execFile);

/** A {@link CommitGraph} over a real git repository, bare or not; what is pushed to it is seen at once. */
export function openGitGraph(directory: string): CommitGraph {
  const git = async (...args: string[]): Promise<string | undefined> => {
    try {
      return (await run("git", ["-C", directory, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
    } catch {
      return undefined;
    }
  };
  const log = async (...args: string[]): Promise<readonly GraphCommit[]> =>
    parseLog(
      (await git(
        "log",
        "--format=%x1e%H%x1f%P%x1f%cI%x1f%B%x1f",
        "--name-only",
        "--diff-merges=first-parent",
        "--no-renames",
        ...args,
      )) ?? "",
    );
  return {
    head: async (branch) =>
      (await looseHead(directory, branch)) ??
      (await git("rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`))?.trim(),
    commit: async (id) => (/^[0-9a-f]{4,40}$/i.test(id) ? (await log("-1", `${id}^{commit}`, "--"))[0] : undefined),
    between: (base, head) => log(`${base}..${head}`, "--"),
    log: (head) => log("-200", "--first-parent", `${head}^{commit}`, "--"),
    diff: async (base, head) => lines(await git("diff", "--name-only", "--no-renames", base, head)),
    file: (path, sha) => git("cat-file", "blob", `${sha}:${path}`),
    list: async (folder, sha) => lines(await git("ls-tree", "-r", "--name-only", sha, `${folder}/`)),
  };
}

/** The head of a branch as git keeps it in a bare repository until it packs its refs: a file, which costs no start of git. */
async function looseHead(directory: string, branch: string): Promise<string | undefined> {
  const text = await readFile(join(directory, "refs/heads", branch), "utf8").catch(() => "");
  return /^[0-9a-f]{40}$/.exec(text.trim())?.[0];
}

function lines(text: string | undefined): readonly string[] {
  return text?.split("\n").filter((line) => line !== "") ?? [];
}

function parseLog(text: string): readonly GraphCommit[] {
  return text.split("\u001e").flatMap((record) => {
    const [sha, parents = "", date = "", message = "", files = ""] = record.split("\u001f");
    if (sha === undefined || sha.trim() === "") return [];
    return [
      {
        sha,
        parents: parents.split(" ").filter((id) => id !== ""),
        date,
        message: message.trimEnd(),
        files: files.split("\n").filter((path) => path !== ""),
      },
    ];
  });
}
