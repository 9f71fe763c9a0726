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
  // All that can be asked of full ids is read at once, and again for an id that is not there: a program less for each commit and range.
  const known = new Map<string, GraphCommit>();
  const learn = async (id: string): Promise<GraphCommit | undefined> => {
    if (known.has(id) || !/^[0-9a-f]{40}$/.test(id)) return known.get(id);
    const newest = await log("--all", "-300");
    known.clear();
    for (const commit of newest) known.set(commit.sha, commit);
    return known.get(id);
  };
  return {
    head: async (branch) =>
      (await looseHead(directory, branch)) ??
      (await git("rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`))?.trim(),
    async commit(id) {
      if (!/^[0-9a-f]{4,40}$/i.test(id)) return undefined;
      return (await learn(id)) ?? (await log("-1", `${id}^{commit}`, "--"))[0];
    },
    async between(base, head) {
      const [from, to] = [await learn(base), await learn(head)];
      const reached = from && to && difference(known, from, to);
      return reached ?? (await log(`${base}..${head}`, "--"));
    },
    log: (head) => log("-200", "--first-parent", `${head}^{commit}`, "--"),
    diff: async (base, head) => lines(await git("diff", "--name-only", "--no-renames", base, head)),
    file: (path, sha) => git("cat-file", "blob", `${sha}:${path}`),
    list: async (folder, sha) => lines(await git("ls-tree", "-r", "--name-only", sha, `${folder}/`)),
  };
}

/** Commits that `to` reaches and `from` does not, newest first; undefined if not all of their ancestors are known. */
function difference(
  known: ReadonlyMap<string, GraphCommit>,
  from: GraphCommit,
  to: GraphCommit,
): readonly GraphCommit[] | undefined {
  const [before, reached] = [ancestors(known, from), ancestors(known, to)];
  return before && reached && [...known.values()].filter((commit) => reached.has(commit) && !before.has(commit));
}

function ancestors(known: ReadonlyMap<string, GraphCommit>, start: GraphCommit): ReadonlySet<GraphCommit> | undefined {
  const seen = new Set([start]);
  for (const { parents } of seen) {
    for (const parent of parents) {
      const commit = known.get(parent);
      if (commit === undefined) return undefined;
      seen.add(commit);
    }
  }
  return seen;
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
