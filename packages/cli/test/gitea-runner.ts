import type { startGitea } from "@lateen/git-log/testing";

type GiteaServer = Awaited<ReturnType<typeof startGitea>>;

/** Result of a job. */
export type JobResult = "success" | "failure" | "cancelled" | "skipped";

/** A job that the server has handed out. */
export interface RunnerTask {
  readonly id: string;
  /** Key of the job in its workflow. */
  readonly job: string;
  /** Name of the workflow, else its file. */
  readonly workflow: string;
  readonly sha: string;
  readonly runId: string;
  readonly event: string;
}

/**
 * A stand-in for a runner of Gitea: it speaks the runner's own protocol (Connect, as JSON) and ends each job with a given result, without
 * running its steps.
 */
export interface GiteaRunner {
  /** Takes the next job that waits; undefined if there is none. */
  take(): Promise<RunnerTask | undefined>;
  end(task: RunnerTask, result: JobResult): Promise<void>;
  /** Takes and ends jobs until none waits; those of which `resultOf` answers undefined stay under way. */
  work(resultOf?: (task: RunnerTask) => JobResult | undefined): Promise<readonly RunnerTask[]>;
}

/** Registers a runner of one repository, or of the whole server. */
export async function registerRunner(gitea: GiteaServer, repository?: string): Promise<GiteaRunner> {
  const scope = repository === undefined ? "/admin" : `/repos/${repository}`;
  const { token } = (await gitea.api("POST", `${scope}/actions/runners/registration-token`)) as { token: string };
  const labels = ["ubuntu-latest"];
  const { runner } = await call<{ runner: { uuid: string; token: string } }>(gitea, "Register", {
    name: `stand-in of ${repository ?? "all"}`,
    token,
    version: "stand-in",
    labels,
  });
  const identity = { "x-runner-uuid": runner.uuid, "x-runner-token": runner.token };
  await call(gitea, "Declare", { version: "stand-in", labels }, identity);
  let version = "0";
  const take: GiteaRunner["take"] = async () => {
    // With the version that it knows already the server does not look.
    const { task, tasksVersion = "0" } = await call<Fetched>(gitea, "FetchTask", { tasksVersion: version }, identity);
    version = task === undefined ? tasksVersion : "0";
    if (task === undefined) return undefined;
    const { job, workflow, sha, run_id: runId, event_name: event } = task.context;
    return { id: task.id, job, workflow, sha, runId, event };
  };
  const end: GiteaRunner["end"] = async ({ id }, result) => {
    const now = new Date().toISOString();
    const row = { time: now, content: `ended as ${result}` };
    await call(gitea, "UpdateLog", { taskId: id, index: "0", rows: [row], noMore: true }, identity);
    const state = { id, result: `RESULT_${result.toUpperCase()}`, startedAt: now, stoppedAt: now };
    await call(gitea, "UpdateTask", { state }, identity);
  };
  return {
    take,
    end,
    async work(resultOf = () => "success") {
      const done: RunnerTask[] = [];
      version = "0";
      for (let task = await take(); task !== undefined; task = await take()) {
        done.push(task);
        const result = resultOf(task);
        if (result !== undefined) await end(task, result);
      }
      return done;
    },
  };
}

interface Fetched {
  readonly tasksVersion?: string;
  readonly task?: {
    readonly id: string;
    readonly context: Readonly<Record<"job" | "workflow" | "sha" | "run_id" | "event_name", string>>;
  };
}

/** Source: the service `runner.v1.RunnerService` of code.gitea.io/actions-proto-def; Connect takes JSON for it. */
async function call<T>(
  { url }: GiteaServer,
  method: string,
  message: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(`${url}/api/actions/runner.v1.RunnerService/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(message),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
