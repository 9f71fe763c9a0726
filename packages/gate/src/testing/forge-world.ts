import { type Clock, isoNow, systemClock } from "@lateen/kernel";

import type { CommitGraph } from "./commit-graph.ts";

/** A push as a forge remembers it. */
export interface WorldPush {
  readonly id: number;
  readonly branch: string;
  /** Undefined for a new branch. */
  readonly before: string | undefined;
  readonly after: string;
  /** Login. */
  readonly by: string;
  readonly at: string;
}

/** A commit status; every report is a row of its own, also one that replaces another. */
export interface WorldStatus {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly targetUrl: string;
  readonly at: string;
}

/** A check run; re-runs are rows of their own. */
export interface WorldCheckRun {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly app: string;
  readonly suite: number;
  /** Id of the workflow run of which it is a job. */
  readonly runId: number | undefined;
  readonly status: string;
  readonly conclusion: string | null;
  readonly title: string;
  readonly startedAt: string;
  readonly completedAt: string | null;
}

/** A run of a workflow; a re-run is another attempt of the same row. */
export interface WorldRun {
  readonly id: number;
  readonly number: number;
  readonly attempt: number;
  readonly sha: string;
  /** Path of the workflow file. */
  readonly path: string;
  readonly name: string;
  readonly event: string;
  readonly branch: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Milliseconds since the Unix epoch before which no list shows it; 0 for at once. */
  readonly visibleFrom: number;
}

/** A workflow as registered. */
export interface WorldWorkflow {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly state: string;
}

type Draft<T, Needed extends keyof T> = Pick<T, Needed> & Partial<Omit<T, "id" | "number">>;

/** What a forge knows of one repository: plain data behind both fake servers. All methods may be called while they run. */
export interface ForgeWorld {
  /** `owner/name`. */
  readonly repository: string;
  readonly clock: Clock;
  /** The commits; in memory, or a git repository. */
  readonly graph: CommitGraph;
  readonly pushes: readonly WorldPush[];
  readonly statuses: readonly WorldStatus[];
  readonly checkRuns: readonly WorldCheckRun[];
  /** Those that have appeared. */
  readonly runs: readonly WorldRun[];
  readonly workflows: readonly WorldWorkflow[];
  /** Live variables; set and delete them at will. */
  readonly variables: Map<string, string>;
  /** Remembers a push of commits that the graph has; by default one of "mona" to main that made no branch. */
  pushed(row: Draft<WorldPush, "before" | "after">): WorldPush;
  status(row: Draft<WorldStatus, "sha" | "context" | "state">): WorldStatus;
  checkRun(row: Draft<WorldCheckRun, "sha" | "name">): WorldCheckRun;
  /** A run, registered with its workflow; by default a push run on main that succeeded. */
  run(row: Draft<WorldRun, "sha" | "path">): WorldRun;
  /** Registers a workflow, or changes how it is. @default state "active" */
  workflow(row: Draft<WorldWorkflow, "path">): WorldWorkflow;
  /** Changes a run or check run and the time of its last change. */
  update(id: number, change: Partial<WorldRun> | Partial<WorldCheckRun>): void;
}

/** What a {@link ForgeWorld} is made of. */
export interface ForgeWorldOptions {
  readonly graph: CommitGraph;
  /** @default "acme/core" */
  readonly repository?: string;
  /** Dates everything. @default systemClock */
  readonly clock?: Clock;
}

/** A repository on which nothing has run yet. */
export function createForgeWorld(options: ForgeWorldOptions): ForgeWorld {
  const { clock = systemClock, graph, repository = "acme/core" } = options;
  const pushes: WorldPush[] = [];
  const statuses: WorldStatus[] = [];
  const checkRuns: WorldCheckRun[] = [];
  const runs: WorldRun[] = [];
  const workflows = new Map<string, WorldWorkflow>();
  let lastId = 1000;
  const stamp = (): { id: number; at: string } => ({ id: ++lastId, at: isoNow(clock) });

  const workflow: ForgeWorld["workflow"] = ({ name, path, state }) => {
    const known = workflows.get(path);
    const row = {
      id: known?.id ?? stamp().id,
      path,
      name: name ?? known?.name ?? path,
      state: state ?? known?.state ?? "active",
    };
    workflows.set(path, row);
    return row;
  };
  const add = <T>(rows: T[], row: T): T => {
    rows.push(row);
    return row;
  };
  return {
    repository,
    clock,
    graph,
    pushes,
    statuses,
    checkRuns,
    variables: new Map(),
    workflow,
    get runs() {
      return runs.filter(({ visibleFrom }) => visibleFrom <= clock.now());
    },
    get workflows() {
      return [...workflows.values()];
    },
    pushed: (row) => add(pushes, { branch: "main", by: "mona", ...stamp(), ...row }),
    status: (row) => add(statuses, { description: "", targetUrl: "", ...stamp(), ...row }),
    checkRun(row) {
      const { at, id } = stamp();
      const run = runs.find((known) => known.id === row.runId);
      const state = { status: "completed", conclusion: "success", startedAt: at, completedAt: at };
      return add(checkRuns, {
        id,
        app: "github-actions",
        suite: row.runId ?? run?.id ?? 1,
        runId: undefined,
        title: "",
        ...state,
        ...row,
      });
    },
    run(row) {
      const { at, id } = stamp();
      const { name } = workflow({ path: row.path, ...(row.name === undefined ? {} : { name: row.name }) });
      const state = { attempt: 1, event: "push", branch: "main", status: "completed", conclusion: "success" };
      return add(runs, {
        id,
        number: runs.length + 1,
        ...state,
        createdAt: at,
        updatedAt: at,
        visibleFrom: 0,
        ...row,
        name,
      });
    },
    update(id, change) {
      for (const rows of [runs, checkRuns] as { id: number }[][]) {
        const index = rows.findIndex((row) => row.id === id);
        const row = rows[index];
        if (row !== undefined) rows[index] = { ...row, updatedAt: isoNow(clock), ...change } as { id: number };
      }
    },
  };
}
