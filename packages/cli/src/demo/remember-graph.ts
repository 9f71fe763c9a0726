import type { openGitGraph } from "@lateen/gate/testing";

type CommitGraph = ReturnType<typeof openGitGraph>;

/** The same graph, asking git once for what can never change: everything that is said of full ids. */
export function rememberGraph(graph: CommitGraph): CommitGraph {
  const remembered = new Map<string, unknown>();
  const once =
    <A extends readonly string[], T>(name: string, ask: (...args: A) => Promise<T>, isFixed: (...args: A) => boolean) =>
    (...args: A): Promise<T> => {
      if (!isFixed(...args)) return ask(...args);
      const key = [name, ...args].join(" ");
      const answer = (remembered.get(key) as Promise<T> | undefined) ?? ask(...args);
      remembered.set(key, answer);
      return answer;
    };
  const isFull = (...ids: readonly string[]): boolean => ids.every((id) => /^[0-9a-f]{40}$/.test(id));
  return {
    head: (branch) => graph.head(branch),
    commit: once("commit", graph.commit, isFull),
    between: once("between", graph.between, isFull),
    log: once("log", graph.log, isFull),
    diff: once("diff", graph.diff, isFull),
    file: once("file", graph.file, (_, sha) => isFull(sha)),
    list: once("list", graph.list, (_, sha) => isFull(sha)),
  };
}
