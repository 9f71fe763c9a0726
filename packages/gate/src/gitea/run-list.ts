import { type CommitSha, createLimit, memoize, plainText, sameCommit } from "@lateen/kernel";
import type { CheckFact, RunFact } from "../ports/checks.ts";
import type { Answer, Client } from "./client.ts";
import { featuresOf, type GiteaFeatures } from "./features.ts";
import { type Pages, pageSize, readPages, shareReads } from "./read-pages.ts";
import { jobsSchema, runSchema, runsSchema, type WireRun } from "./wire.ts";

/** Facts about the run that a status links to. */
export type LinkedRun = Pick<CheckFact, "run" | "doubt">;

/** The runs of a repository, on servers that list them. */
export interface RunList {
  /** All runs of a commit; undefined if the server does not list runs. */
  ofCommit(commit: string, signal?: AbortSignal): Promise<readonly RunFact[] | undefined>;
  /** The runs among `listed`, those of `commit`, that its statuses link to, or why they are not known. */
  ofLinks(
    links: readonly number[],
    listed: readonly RunFact[],
    commit: CommitSha,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, LinkedRun>>;
  /** Conclusions of the jobs of a run that have ended, by what links name them with; empty if the server has no such call. */
  jobs(run: number, signal?: AbortSignal): Promise<ReadonlyMap<number, string>>;
  /** One page of the runs of a branch, newest first; undefined if the server does not list runs. */
  page(branch: string, event: string, number: number, signal?: AbortSignal): Promise<readonly RunFact[] | undefined>;
}

/** Login and id of the user as which Gitea runs what is scheduled. Source: `models/user/user_system.go`. */
const [actionsUser, actionsUserId] = ["gitea-actions", -2] as const;

const runList = { schema: runsSchema, what: "a list of workflow runs" };
const oneRun = { schema: runSchema, what: "a workflow run" };
const jobList = { schema: jobsSchema, what: "a list of jobs" };

/** Runs that are looked up one by one for a commit, because its own list lacks them; and at the same time. */
const [mostLookUps, widest] = [50, 8] as const;

/** Maximum pages of 50 jobs read of one run: a matrix has up to 256 jobs. */
const mostJobPages = 10;

/** Makes a {@link RunList}. It remembers whether the server has such a call. */
export function createRunList(client: Client): RunList {
  const lists = new Map<string, Pages<WireRun>>();
  let missing = false;
  const features = async (signal?: AbortSignal): Promise<GiteaFeatures> => featuresOf(await client.version(signal));
  // A run that has ended stays as it is but for a re-run, which its jobs report by themselves.
  const byId = memoize((id: number, signal) => client.find(`/actions/runs/${id}`, oneRun, signal), {
    keep: (answer) => answer?.value.status === "completed",
  });
  const page = async (path: string, signal?: AbortSignal): Promise<Answer<readonly WireRun[]> | undefined> => {
    if (missing) return undefined;
    const [{ listsRuns }, answer] = await Promise.all([features(signal), client.find(path, runList, signal)]);
    missing = answer === undefined || !listsRuns;
    return missing ? undefined : answer;
  };
  // Statuses and workflows ask for the same list at the same time.
  const ofCommit: RunList["ofCommit"] = shareReads(async (commit, signal) => {
    const path = (number: number): string => `/actions/runs?head_sha=${commit}&page=${number}&limit=${pageSize}`;
    const first = await page(path(1), signal);
    if (first === undefined) return undefined;
    const read = async (number: number) => (number === 1 ? first : client.get(path(number), runList, signal));
    const pages = await readPages({ page: read, last: lists.get(commit), counted: true });
    lists.set(commit, pages);
    const known = await features(signal);
    return pages.rows.map((run) => runFact(run, known));
  });
  return {
    ofCommit,
    async ofLinks(links, listed, commit, signal) {
      const known = await features(signal);
      const isListed = (link: number): boolean => listed.some((run) => isLinked(run, link, known));
      // A run that appeared after its list was read is looked up by its id, or by a list that is newer than its status.
      const runs = known.runLink === "id" || links.every(isListed) ? listed : ((await ofCommit(commit, signal)) ?? []);
      const limit = createLimit(widest);
      let lookUps = 0;
      const lookUp = async (link: number): Promise<LinkedRun> => {
        const linked = runs.filter((run) => isLinked(run, link, known));
        if (linked.length === 1) return { run: linked[0] };
        if (linked.length > 1) return { doubt: `whether ${link} is the id or the number of its run is not known` };
        if (known.runLink !== "id") return { doubt: `its run ${link} is not among those of this commit` };
        if (++lookUps > mostLookUps) return { doubt: "it links to one of more runs than are looked up" };
        const answer = await limit(() => byId(link, signal), signal);
        if (answer === undefined) return { doubt: `its run ${link} is gone: HTTP 404` };
        const run = runFact(answer.value, known);
        if (run.headSha === "" || sameCommit(run.headSha, commit)) return { run };
        return { run, doubt: `its run ${link} is of commit ${plainText(run.headSha, 40)}` };
      };
      return new Map(await Promise.all(links.map(async (link) => [link, await lookUp(link)] as const)));
    },
    async jobs(run, signal) {
      const jobs = new Map<number, string>();
      for (let number = 1; number <= mostJobPages; number++) {
        const path = `/actions/runs/${run}/jobs?page=${number}&limit=${pageSize}`;
        const answer = await client.find(path, jobList, signal);
        const before = jobs.size;
        for (const { id, status, conclusion } of answer?.value ?? [])
          jobs.set(id, status === "completed" ? word(conclusion) : "");
        if (answer === undefined || answer.value.length < pageSize || jobs.size === before) break;
      }
      return new Map(linkedJobs(jobs, await features(signal)).filter(([, conclusion]) => conclusion !== ""));
    },
    async page(branch, event, number, signal) {
      const query = `branch=${encodeURIComponent(branch)}&event=${event}`;
      const answer = await page(`/actions/runs?${query}&page=${number}&limit=${pageSize}`, signal);
      const known = await features(signal);
      return answer?.value.map((run) => runFact(run, known));
    },
  };
}

function isLinked({ id, number }: RunFact, link: number, { runLink }: GiteaFeatures): boolean {
  if (runLink === "id") return id === link;
  if (runLink === "number") return number === link;
  return id === link || number === link;
}

/** Links by a run's id name its job by id as well, those by its number name it by its place among the jobs. */
function linkedJobs(
  jobs: ReadonlyMap<number, string>,
  { runLink }: GiteaFeatures,
): readonly (readonly [number, string])[] {
  if (runLink === "unclear") return [];
  const inOrder = [...jobs].toSorted(([a], [b]) => a - b);
  return runLink === "id" ? inOrder : inOrder.map(([, conclusion], index) => [index, conclusion] as const);
}

function runFact(run: WireRun, features: GiteaFeatures): RunFact {
  return {
    id: run.id,
    number: run.run_number === 0 ? undefined : run.run_number,
    // The API counts attempts of jobs only, and sends 0 for runs.
    attempt: Math.max(1, run.run_attempt),
    workflow: run.path.replace(/@.*$/s, ""),
    workflowName: plainText(run.name, 200),
    event: eventOf(run, features),
    branch: branchOf(run),
    headSha: run.head_sha,
    status: word(run.status),
    conclusion: word(run.conclusion),
    url: plainText(run.html_url, 300),
    createdAt: timeOf(run.created_at) || timeOf(run.started_at),
    startedAt: timeOf(run.started_at),
    updatedAt: timeOf(run.updated_at) || timeOf(run.completed_at),
  };
}

function eventOf({ event, actor }: WireRun, { schedulesLookLikePushes }: GiteaFeatures): string {
  // A push with a job's own token starts no workflow, so no real push has this actor.
  const scheduled = schedulesLookLikePushes && (actor?.login === actionsUser || actor?.id === actionsUserId);
  return scheduled && word(event) === "push" ? "schedule" : word(event);
}

/** The ref after the `@` of the path distinguishes a tag from a branch, whose names `head_branch` leaves out or mixes. */
function branchOf({ head_branch: branch, path }: WireRun): string {
  const ref = /@(refs\/.+)$/s.exec(path)?.[1];
  if (ref === undefined) return branch;
  return ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : ref;
}

function word(text: string): string {
  return plainText(text, 40).toLowerCase();
}

/** Times that are not set are sent as 1970. */
function timeOf(text: string): string {
  return text.startsWith("1970-") || text.startsWith("0001-") ? "" : text;
}
