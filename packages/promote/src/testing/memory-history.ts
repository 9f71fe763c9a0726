import { createHash } from "node:crypto";
import {
  absent,
  type Ancestry,
  type CommitSha,
  found,
  parseCommitSha,
  type Reading,
  ReleaseError,
  unknown,
} from "@lateen/kernel";
import type { History } from "../ports/history.ts";

/** A commit graph in memory. */
export interface MemoryHistory extends History {
  /** Adds the commit that {@link testCommit} makes of `name` and moves `branch` to it. @default its parent is the head of the branch */
  commit(name: string, options?: { readonly branch?: string; readonly parent?: CommitSha | null }): CommitSha;
  /** While set, every read answers with it. */
  fault: ReleaseError | undefined;
}

/** The id of a commit of this name: the same in every test. */
export function testCommit(name: string): CommitSha {
  return parseCommitSha(createHash("sha1").update(name).digest("hex"));
}

/** An empty graph. */
export function createMemoryHistory(): MemoryHistory {
  const parents = new Map<CommitSha, CommitSha | null>();
  const branches = new Map<string, CommitSha>();
  const lineOf = (commit: CommitSha) => {
    const line: CommitSha[] = [];
    for (let at: CommitSha | null | undefined = commit; at !== null && at !== undefined; at = parents.get(at))
      line.push(at);
    return line;
  };
  const compare = (base: CommitSha, head: CommitSha): Ancestry => {
    if (base === head) return "identical";
    return lineOf(head).includes(base) ? "ahead" : lineOf(base).includes(head) ? "behind" : "diverged";
  };
  const history: MemoryHistory = {
    fault: undefined,
    commit(name, { branch = "main", parent = branches.get(branch) ?? null } = {}) {
      const commit = testCommit(name);
      parents.set(commit, parent);
      branches.set(branch, commit);
      return commit;
    },
    head: async (branch) => answer(() => branches.get(branch), `there is no branch ${branch}`),
    compare: async (base, head) =>
      answer(() => (parents.has(base) && parents.has(head) ? compare(base, head) : undefined), "no such commit"),
    resolve: async (prefix) => {
      const all = [...parents.keys()].filter((commit) => commit.startsWith(prefix));
      if (all.length > 1)
        return unknown(new ReleaseError({ code: "AMBIGUOUS", category: "state", message: `${prefix} is ambiguous` }));
      return answer(() => all[0], `no commit begins with ${prefix}`);
    },
  };
  const answer = <T>(value: () => T | undefined, proof: string): Reading<T> => {
    if (history.fault !== undefined) return unknown(history.fault);
    const it = value();
    return it === undefined ? absent(proof) : found(it);
  };
  return history;
}
