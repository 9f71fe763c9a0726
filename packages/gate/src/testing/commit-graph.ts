import { createHash } from "node:crypto";

/** One commit of a graph. */
export interface GraphCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** Paths that differ from the first parent. */
  readonly files: readonly string[];
  /** ISO 8601. */
  readonly date: string;
}

/** The commits that a fake forge knows; what is asked for may be answered from memory or from a git repository. */
export interface CommitGraph {
  head(branch: string): Promise<string | undefined>;
  /** The commit that a full or abbreviated id names; undefined if none or several do. */
  commit(id: string): Promise<GraphCommit | undefined>;
  /** Commits of `head` that `base` lacks, newest first. */
  between(base: string, head: string): Promise<readonly GraphCommit[]>;
  /** A commit and everything that it descends from, newest first. */
  log(head: string): Promise<readonly GraphCommit[]>;
  /** Paths that differ between two commits. */
  diff(base: string, head: string): Promise<readonly string[]>;
  file(path: string, sha: string): Promise<string | undefined>;
  /** Paths of all files beneath a folder. */
  list(folder: string, sha: string): Promise<readonly string[]>;
}

/** Draft of a new commit of a {@link MemoryGraph}. */
export interface NewCommit {
  /** @default "main" */
  readonly branch?: string;
  readonly message?: string;
  /** New contents by path; null removes. @default one changed file of no meaning */
  readonly files?: Readonly<Record<string, string | null>>;
  /** @default the branch's head, or none for its first commit */
  readonly parents?: readonly string[];
}

/** A graph that lives in memory and can be added to. */
export interface MemoryGraph extends CommitGraph {
  /** Adds a commit and moves the branch to it; answers its full id. */
  add(commit?: NewCommit): string;
  /** Moves a branch anywhere, as a forced push does; undefined removes it. */
  move(branch: string, sha: string | undefined): void;
}

interface Stored extends GraphCommit {
  readonly tree: ReadonlyMap<string, string>;
}

/** Makes an empty {@link MemoryGraph}. Ids are made of the content and the position, so the same calls give the same ids. */
export function createMemoryGraph(): MemoryGraph {
  const commits = new Map<string, Stored>();
  const branches = new Map<string, string>();
  const ancestors = (sha: string): Set<string> => {
    const seen = new Set<string>();
    const queue = [sha];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(commits.get(next)?.parents ?? []));
    }
    return seen;
  };
  return {
    add({ branch = "main", message, files, parents } = {}) {
      const head = branches.get(branch);
      const commit = store(
        commits,
        parents ?? (head === undefined ? [] : [head]),
        message ?? `commit ${commits.size + 1}`,
        files,
      );
      branches.set(branch, commit.sha);
      return commit.sha;
    },
    move(branch, sha) {
      if (sha === undefined) branches.delete(branch);
      else branches.set(branch, sha);
    },
    head: (branch) => Promise.resolve(branches.get(branch)),
    commit(id) {
      const matching = [...commits.values()].filter(({ sha }) => sha.startsWith(id.toLowerCase()));
      return Promise.resolve(matching.length === 1 ? matching[0] : undefined);
    },
    between(base, head) {
      const known = ancestors(base);
      const reached = ancestors(head);
      return Promise.resolve(
        [...commits.values()].filter(({ sha }) => reached.has(sha) && !known.has(sha)).toReversed(),
      );
    },
    log(head) {
      const reached = ancestors(head);
      return Promise.resolve([...commits.values()].filter(({ sha }) => reached.has(sha)).toReversed());
    },
    diff: (base, head) => Promise.resolve(diffTrees(commits.get(base)?.tree, commits.get(head)?.tree)),
    file: (path, sha) => Promise.resolve(commits.get(sha)?.tree.get(path)),
    list: (folder, sha) =>
      Promise.resolve([...(commits.get(sha)?.tree.keys() ?? [])].filter((path) => path.startsWith(`${folder}/`))),
  };
}

function store(
  commits: Map<string, Stored>,
  parents: readonly string[],
  message: string,
  files: NewCommit["files"] = { [`file-${commits.size + 1}.txt`]: message },
): Stored {
  const before = commits.get(parents[0] ?? "")?.tree ?? new Map<string, string>();
  const tree = new Map(before);
  for (const [path, content] of Object.entries(files)) {
    if (content === null) tree.delete(path);
    else tree.set(path, content);
  }
  const identity = JSON.stringify([commits.size, parents, message, [...tree]]);
  const sha = createHash("sha1").update(identity).digest("hex");
  const date = new Date(Date.UTC(2026, 5, 1) + commits.size * 60_000).toISOString();
  const commit: Stored = { sha, parents, message, files: diffTrees(before, tree), date, tree };
  commits.set(sha, commit);
  return commit;
}

function diffTrees(
  before: ReadonlyMap<string, string> = new Map(),
  after: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).toSorted();
}
