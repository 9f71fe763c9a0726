import type { ScriptedReply } from "@lateen/kernel/testing";
import type { GraphCommit } from "./commit-graph.ts";
import type { GiteaFacts, GiteaRun, GiteaStatus } from "./gitea-facts.ts";
import { minorOf as minorOfVersion } from "./gitea-version.ts";
import type { GiteaFakeOptions } from "./gitea-fake.ts";
import { json } from "./http-fake.ts";

/** Input of a route. */
export interface RouteInput {
  /** The decoded groups of its pattern. */
  readonly parameters: readonly string[];
  readonly query: URLSearchParams;
  readonly options: GiteaFakeOptions;
  readonly facts: GiteaFacts;
}

/** One call of the API under `/repos/{owner}/{name}/`; undefined is answered with 404. */
export interface Route {
  readonly pattern: RegExp;
  /** The minor version of Gitea 1 that brought it. */
  readonly since: number;
  readonly answer: (input: RouteInput) => Promise<ScriptedReply | undefined>;
}

/** The calls that the gate uses, and their neighbours that other tools use. */
export const giteaRoutes: readonly Route[] = [
  { pattern: /^branches\/([^/]+)$/, since: 0, answer: branch },
  { pattern: /^commits\/([0-9a-f]+)\/statuses$/i, since: 0, answer: statuses },
  { pattern: /^commits\/([0-9a-f]+)\/status$/i, since: 0, answer: combinedStatus },
  { pattern: /^commits$/, since: 0, answer: commits },
  { pattern: /^git\/commits\/([^/]+)$/, since: 0, answer: commit },
  { pattern: /^compare\/([0-9a-f]+)\.\.\.([0-9a-f]+)$/i, since: 23, answer: compare },
  { pattern: /^contents\/(.+)$/, since: 0, answer: contents },
  { pattern: /^raw\/(.+)$/, since: 0, answer: raw },
  { pattern: /^actions\/variables\/([^/]+)$/, since: 22, answer: variable },
  { pattern: /^activities\/feeds$/, since: 20, answer: activities },
  { pattern: /^actions\/runs$/, since: 25, answer: runs },
  { pattern: /^actions\/runs\/(\d+)$/, since: 25, answer: run },
  { pattern: /^actions\/runs\/(\d+)\/jobs$/, since: 25, answer: jobs },
  { pattern: /^actions\/workflows$/, since: 24, answer: workflows },
  { pattern: /^actions\/workflows\/([^/]+)$/, since: 24, answer: workflow },
  { pattern: /^actions\/runners$/, since: 25, answer: runners },
  { pattern: /^assignees$/, since: 15, answer: writers },
];

type Answered = ReturnType<Route["answer"]>;

async function branch({ parameters: [name = ""], options: { graph } }: RouteInput): Answered {
  const head = await graph.head(name);
  const found = head === undefined ? undefined : await graph.commit(head);
  return found === undefined
    ? undefined
    : json({ name, commit: { id: found.sha, message: found.message, timestamp: found.date } });
}

async function statuses({ parameters: [sha = ""], query, options, facts }: RouteInput): Answered {
  if (minorOf(options) >= 26 && (await options.graph.commit(sha)) === undefined) return undefined;
  // By second descending, and within a second by id ascending.
  const second = ({ updated_at: at }: GiteaStatus): string => at.slice(0, 19);
  const newestFirst = (facts.statuses.get(sha) ?? []).toSorted(
    (a, b) => second(b).localeCompare(second(a)) || a.id - b.id,
  );
  const page = paged(newestFirst, query, options);
  return json(
    options.unstableTies === true ? withTie(newestFirst, page, query, options) : page,
    totals(newestFirst.length, options),
  );
}

/** At the border of two pages a tie in time is sorted differently each time: a row comes twice, and its neighbour never. */
function withTie(
  all: readonly GiteaStatus[],
  page: readonly GiteaStatus[],
  query: URLSearchParams,
  options: GiteaFakeOptions,
): readonly GiteaStatus[] {
  const number = pageOf(query);
  const twice = all[(number - 1) * sizeOf(query, options) - 1];
  return number > 1 && page.length > 0 && twice !== undefined ? [twice, ...page.slice(1)] : page;
}

async function combinedStatus({ parameters: [sha = ""], query, options, facts }: RouteInput): Answered {
  const newest = new Map(
    (facts.statuses.get(sha) ?? []).toSorted((a, b) => a.id - b.id).map((row) => [row.context, row]),
  );
  const rows = [...newest.values()].toSorted((a, b) => b.id - a.id);
  const whole = options.combinedIsWhole === false ? rows.slice(0, -1) : rows;
  const page = paged(whole, query, options);
  // `total_count` is the length of the page, if anything.
  const body = {
    state: "pending",
    sha,
    statuses: page.length === 0 ? null : page,
    total_count: options.claimedTotal ?? page.length,
  };
  return json(body, totals(whole.length, options));
}

async function commits({ query, options }: RouteInput): Answered {
  const { graph } = options;
  const ref = query.get("sha") ?? "main";
  const head = await graph.commit((await graph.head(ref)) ?? ref);
  if (head === undefined) return undefined;
  const base = query.get("not");
  const all = base === null ? await graph.log(head.sha) : await graph.between(base, head.sha);
  const rows = all.map((row) => wireCommit(row, query.get("files") !== "false"));
  return json(paged(rows, query, options, 50), totals(all.length, options));
}

async function commit({ parameters: [id = ""], options: { graph } }: RouteInput): Answered {
  const found = await graph.commit(id);
  return found === undefined ? undefined : json(wireCommit(found));
}

async function compare({ parameters: [base = "", head = ""], options: { graph } }: RouteInput): Answered {
  const [from, to] = await Promise.all([graph.commit(base), graph.commit(head)]);
  if (from === undefined || to === undefined) return undefined;
  const between = await graph.between(from.sha, to.sha);
  // No version has files at the top.
  return json({ total_commits: between.length, commits: between.map((row) => wireCommit(row)) });
}

function wireCommit({ sha, parents, message, files, date }: GraphCommit, withFiles = true): object {
  return {
    sha,
    created: date,
    commit: { message: `${message}\n`, author: { date }, committer: { date } },
    parents: parents.map((parent) => ({ sha: parent })),
    files: withFiles ? files.map((filename) => ({ filename, status: "modified" })) : null,
  };
}

async function contents({ parameters: [path = ""], query, options: { graph } }: RouteInput): Answered {
  const sha = await resolveRef(query, graph);
  const text = sha === undefined ? undefined : await graph.file(path, sha);
  if (text !== undefined)
    return json({ path, type: "file", encoding: "base64", content: Buffer.from(text).toString("base64") });
  const beneath = sha === undefined ? [] : await graph.list(path, sha);
  return beneath.length === 0 ? undefined : json(beneath.map((file) => ({ path: file, type: "file" })));
}

async function raw({ parameters: [path = ""], query, options: { graph } }: RouteInput): Answered {
  const sha = await resolveRef(query, graph);
  const text = sha === undefined ? undefined : await graph.file(path, sha);
  return text === undefined ? undefined : { status: 200, headers: { "content-type": "text/plain" }, body: text };
}

async function resolveRef(query: URLSearchParams, graph: GiteaFakeOptions["graph"]): Promise<string | undefined> {
  const ref = query.get("ref") ?? "main";
  return (await graph.commit((await graph.head(ref)) ?? ref))?.sha;
}

async function variable({ parameters: [name = ""], facts, options }: RouteInput): Answered {
  return readVariable(name, facts.variables.repository, options);
}

/** A variable of the repository or of its organisation. */
export function readVariable(
  name: string,
  values: ReadonlyMap<string, string>,
  { variables }: GiteaFakeOptions,
): ScriptedReply {
  if (variables === "no-such-call") return noSuchCall();
  if (variables === "forbidden") return json({ message: "user should be the owner of the repo" }, {}, 403);
  const data = values.get(name);
  return data === undefined
    ? json({ message: "variable not found", url: "" }, {}, 404)
    : json({ owner_id: 0, repo_id: 1, name, data });
}

/** Gitea's answer to a call that this version lacks. */
export function noSuchCall(): ScriptedReply {
  return { status: 404, headers: { "content-type": "text/plain;charset=utf-8" }, body: "404 page not found\n" };
}

async function activities({ query, options, facts }: RouteInput): Answered {
  const rows = facts.pushes.map(({ branch: name = "main", before, after, user = "octavia" }, index) => ({
    id: facts.pushes.length - index,
    op_type: "commit_repo",
    act_user: { login: user },
    ref_name: `refs/heads/${name}`,
    content: JSON.stringify({
      Commits: [{ Sha1: after }],
      HeadCommit: { Sha1: after },
      CompareURL: before === undefined ? "" : `${options.repository ?? "acme/core"}/compare/${before}...${after}`,
      Len: 1,
    }),
  }));
  return json(paged(rows, query, options), totals(rows.length, options));
}

async function runs({ query, options, facts }: RouteInput): Answered {
  const [sha, branch, event] = [query.get("head_sha"), query.get("branch"), query.get("event")];
  const all = [...facts.runs.values()]
    .filter(({ id }) => isListed(id, facts))
    .filter((run) => sha === null || run.head_sha === sha)
    .filter((run) => branch === null || run.path.endsWith(`@refs/heads/${branch}`))
    // The filter looks at what triggered the run, which `event` in the answer need not be.
    .filter((run) => event === null || run.trigger === event)
    .toSorted((a, b) => b.id - a.id);
  return json(
    { workflow_runs: paged(all, query, options).map(wireRun), total_count: options.claimedTotal ?? all.length },
    totals(all.length, options),
  );
}

function isListed(id: number, { unlisted }: GiteaFacts): boolean {
  const left = unlisted.get(id) ?? 0;
  unlisted.set(id, left - 1);
  return left <= 0;
}

async function run({ parameters: [id = ""], facts }: RouteInput): Answered {
  const found = facts.runs.get(Number(id));
  return found === undefined ? undefined : json(wireRun(found));
}

/** A run without what triggered it, which is not part of an answer. */
function wireRun(run: GiteaRun): object {
  return { ...run, trigger: undefined };
}

async function jobs({ parameters: [id = ""], query, options, facts }: RouteInput): Answered {
  if (!facts.runs.has(Number(id))) return undefined;
  const all = [...facts.jobs.values()].filter(({ run_id: run }) => run === Number(id));
  const rows = all.map(({ context, ...job }) => ({ ...job, name: context }));
  return json({ jobs: paged(rows, query, options), total_count: all.length }, totals(all.length, options));
}

/** A row for each version of each image of the owner: its tag, and the manifest that the tag names. */
export function listPackages(query: URLSearchParams, options: GiteaFakeOptions, { images }: GiteaFacts): ScriptedReply {
  const rows = [...images].flatMap(([image, linked], index) =>
    ["staging-1", `sha256:${"0".repeat(64)}`].map((version, at) => ({
      id: 2 * index + at + 1,
      type: "container",
      name: image.slice(image.indexOf("/") + 1),
      version,
      repository: linked === undefined ? null : { full_name: linked },
    })),
  );
  const wanted = query.get("type") === "container" ? rows : [];
  return json(paged(wanted, query, options), totals(wanted.length, options));
}

/** The files of the default branch, and those that were registered. */
async function workflows({ facts, options }: RouteInput): Answered {
  const { defaultBranch = "main", graph } = options;
  const files = await graph.list(".gitea/workflows", (await graph.head(defaultBranch)) ?? "");
  const registered = [...facts.workflows.keys()].map((file) => `.gitea/workflows/${file}`);
  const rows = [...new Set([...files, ...registered])].map((path) => {
    const file = path.slice(path.lastIndexOf("/") + 1);
    const { name = file, state = "active" } = facts.workflows.get(file) ?? {};
    return { id: file, name, path, state };
  });
  return json({ workflows: rows.length === 0 ? null : rows, total_count: rows.length });
}

/** Every workflow of the default branch is known. */
async function workflow({ parameters: [file = ""], facts, options: { graph } }: RouteInput): Answered {
  const path = `.gitea/workflows/${file}`;
  const text = await graph.file(path, (await graph.head("main")) ?? "");
  const known = facts.workflows.get(file) ?? (text === undefined ? undefined : { name: file, state: "active" });
  return known === undefined ? undefined : json({ id: file, name: known.name, path, state: known.state });
}

async function runners({ options }: RouteInput): Answered {
  const rows = Object.entries(options.runners ?? {}).map(([name, status], index) => ({
    id: index + 1,
    name,
    status,
    busy: false,
    disabled: false,
  }));
  return options.runners === undefined ? undefined : json({ runners: rows, total_count: rows.length });
}

async function writers({ options }: RouteInput): Answered {
  return options.writers === undefined ? undefined : json(options.writers.map((login) => ({ login })));
}

function paged<T>(rows: readonly T[], query: URLSearchParams, options: GiteaFakeOptions, usual = 30): readonly T[] {
  const size = sizeOf(query, options, usual);
  return rows.slice((pageOf(query) - 1) * size, pageOf(query) * size);
}

/** Source: Gitea's `[api] DEFAULT_PAGING_NUM` 30 and `MAX_RESPONSE_ITEMS` 50. */
function sizeOf(query: URLSearchParams, { mostRows = 50 }: GiteaFakeOptions, usual = 30): number {
  return Math.min(Number(query.get("limit") ?? usual) || usual, mostRows);
}

function pageOf(query: URLSearchParams): number {
  return Math.max(1, Number(query.get("page") ?? 1) || 1);
}

function totals(total: number, { claimedTotal }: GiteaFakeOptions): Record<string, string> {
  return { "x-total-count": String(claimedTotal ?? total) };
}

function minorOf({ version = "1.26.4" }: GiteaFakeOptions): number {
  return minorOfVersion(version);
}
