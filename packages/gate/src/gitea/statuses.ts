import { type CommitSha, plainText } from "@lateen/kernel";
import { newestOfEach } from "../checks/check-identity.ts";
import type { CheckFact } from "../ports/checks.ts";
import type { Answer, Client } from "./client.ts";
import { featuresOf, type GiteaFeatures } from "./features.ts";
import { type Pages, pageSize, readPages, shareReads } from "./read-pages.ts";
import type { LinkedRun, RunList } from "./run-list.ts";
import { combinedSchema, statusesSchema, type WireStatus } from "./wire.ts";

/** Reads the statuses of commits, and remembers them for the next look. */
export type StatusReader = (commit: CommitSha, signal?: AbortSignal) => Promise<readonly CheckFact[]>;

/** Where the pages of the repository are. */
export interface Home {
  /** Address of the site. */
  readonly site: string;
  /** `owner/name`. */
  readonly repository: string;
}

/**
 * Makes a reader of the union of both lists that Gitea has: the history of all statuses, whose order is unstable so that a page
 * break can lose a row, and the newest per context, which can lack some. A row that either has counts.
 */
export function createStatusReader(client: Client, home: Home, runs: RunList): StatusReader {
  const lists = new Map<string, Pages<WireStatus>>();
  const read = async (
    list: string,
    page: (number: number) => Promise<Answer<readonly WireStatus[]>>,
  ): Promise<readonly WireStatus[]> => {
    const pages = await readPages({ page, last: lists.get(list) });
    lists.set(list, pages);
    return pages.rows;
  };
  const readBoth: StatusReader = async (commit, signal) => {
    // Workflows want the same list at the same time, and so share it. Without a status of Actions it does not matter what becomes of it.
    const listing = runs.ofCommit(commit, signal);
    listing.catch(() => undefined);
    const [history, newest, version] = await Promise.all([
      read(`${commit}/statuses`, (number) => client.get(pagePath(commit, "statuses", number), statusList, signal)),
      read(`${commit}/status`, async (number) => {
        const answer = await client.get(pagePath(commit, "status", number), combined, signal);
        return { ...answer, value: answer.value.statuses };
      }),
      client.version(signal),
    ]);
    const rows = new Map([...history, ...newest].map((row) => [row.id === 0 ? JSON.stringify(row) : row.id, row]));
    const facts = [...rows.values()].map((row) => factOf(row, home, featuresOf(version)));
    return linkRuns(facts, commit, { listing, runs }, signal);
  };
  return shareReads(readBoth);
}

const statusList = { schema: statusesSchema, what: "a list of commit statuses" };
const combined = { schema: combinedSchema, what: "a combined commit status" };

function pagePath(commit: string, list: string, page: number): string {
  return `/commits/${commit}/${list}?page=${page}&limit=${pageSize}`;
}

interface LinkedFact extends CheckFact {
  readonly link: number | undefined;
  readonly job: number | undefined;
}

/** Gives each fact the run that it links to; where a run that has ended disagrees with a row, the run's own word counts. */
async function linkRuns(
  facts: readonly LinkedFact[],
  commit: CommitSha,
  { listing, runs }: { readonly listing: ReturnType<RunList["ofCommit"]>; readonly runs: RunList },
  signal: AbortSignal | undefined,
): Promise<readonly CheckFact[]> {
  const links = [...new Set(facts.flatMap(({ link }) => link ?? []))];
  const listed = links.length === 0 ? undefined : await listing;
  const known = listed === undefined ? undefined : await runs.ofLinks(links, listed, commit, signal);
  const linked = facts.map(({ link, job, ...fact }) => ({ job, fact: withRun(fact, link, known) }));
  // Older rows are history: each job that has ended has a pending row as well.
  const newest = newestOfEach(linked.map(({ fact }) => fact));
  const disagreeing = new Set(newest.flatMap((fact) => (disagrees(fact) ? (fact.run?.id ?? []) : [])));
  const jobs = new Map<number, ReadonlyMap<number, string>>();
  for (const run of disagreeing) jobs.set(run, await runs.jobs(run, signal));
  return linked.map(({ job, fact }) => {
    if (fact.run === undefined || !disagreeing.has(fact.run.id) || !disagrees(fact)) return fact;
    const own = job === undefined ? undefined : jobs.get(fact.run.id)?.get(job);
    // A run can succeed without this job, so only a worse word of the whole run counts for it.
    const status = own ?? (fact.run.conclusion === "success" ? fact.status : fact.run.conclusion);
    const description = [fact.description, `its run: ${status}`].filter((part) => part !== "").join("; ");
    return status === fact.status ? fact : { ...fact, status, description };
  });
}

function withRun(
  fact: CheckFact,
  link: number | undefined,
  known: ReadonlyMap<number, LinkedRun> | undefined,
): CheckFact {
  if (link === undefined) return fact;
  if (known === undefined) return { ...fact, workflow: `run ${link}`, runNumber: link };
  const { run, doubt } = known.get(link) ?? {};
  const workflow = run === undefined ? `run ${link}` : run.workflow;
  return { ...fact, workflow, runId: run?.id, runNumber: run?.number, run, doubt };
}

/** A status can be posted by anyone who may write; the run that it links to cannot. */
function disagrees({ run, doubt, status }: CheckFact): boolean {
  if (
    run === undefined ||
    doubt !== undefined ||
    run.status !== "completed" ||
    !["success", "failure", "cancelled"].includes(run.conclusion)
  )
    return false;
  return status !== "skipped" && status !== run.conclusion;
}

function factOf(row: WireStatus, home: Home, features: GiteaFeatures): LinkedFact {
  const { run: link, job } = linkOf(row, home);
  return {
    kind: "status",
    id: row.id,
    name: row.context,
    app: posterOf(row, link),
    workflow: "",
    runId: undefined,
    attempt: 1,
    status: wordOf(row, link, features),
    conclusion: "",
    description: plainText(row.description, 200),
    url: pageOf(row.target_url, home.site),
    startedAt: row.created_at,
    updatedAt: row.updated_at,
    filtered:
      features.marksFiltered && link === undefined && rawWord(row) === "skipped" && row.description === "Skipped",
    link,
    job,
  };
}

/** Rows of Actions have no creator and link to a run. */
function posterOf({ creator }: WireStatus, link: number | undefined): string {
  if (creator !== null && creator !== undefined) return creator.login;
  return link === undefined ? "" : "actions";
}

/**
 * Gitea has no word for a cancelled job: it writes `failure` with a description that no real failure has. Until 1.24, and in Forgejo,
 * a skipped job is a `success` that says so.
 */
function wordOf(row: WireStatus, link: number | undefined, { cancelled }: GiteaFeatures): string {
  const word = rawWord(row);
  if (link === undefined) return word;
  if (word === "failure" && cancelled.test(row.description)) return "cancelled";
  return word === "success" && row.description === "Has been skipped" ? "skipped" : word;
}

/** `status` wins over `state` if a row has both. */
function rawWord({ status, state }: WireStatus): string {
  return plainText(status === "" ? state : status, 40).toLowerCase();
}

/**
 * The run of Actions, and its job, that a status links to, each as this version names it. A row of Actions is of this repository, whatever
 * that was called then; what a user posted may link to a run of another repository or site, which is no fact about a run of this one.
 */
function linkOf(
  { creator, target_url: url }: WireStatus,
  { repository, site }: Home,
): { readonly run: number | undefined; readonly job: number | undefined } {
  const none = { run: undefined, job: undefined };
  const [, run, job] = /\/actions\/runs\/(\d{1,15})(?:\/jobs\/(\d{1,15}))?(?:\/|$|[?#])/.exec(url) ?? [];
  if (run === undefined || !URL.canParse(url, site)) return none;
  const { host, pathname } = new URL(url, site);
  const isOwn = host === new URL(site).host && pathname.toLowerCase().includes(`/${repository.toLowerCase()}/actions/`);
  const isOfActions = creator === null || creator === undefined;
  return isOwn || isOfActions ? { run: Number(run), job: job === undefined ? undefined : Number(job) } : none;
}

function pageOf(url: string, site: string): string {
  if (!/^(?:https?:\/\/|\/)/.test(url) || !URL.canParse(url, site)) return "";
  return plainText(new URL(url, site).href, 300);
}
