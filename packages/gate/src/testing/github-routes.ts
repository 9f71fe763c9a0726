import type { ScriptedReply } from "@lateen/kernel/testing";
import type { GraphCommit } from "./commit-graph.ts";
import type { NewPush } from "./forge-facts.ts";
import type { GitHubFakeOptions } from "./github-fake.ts";
import type { GitHubMemory } from "./github-facts.ts";
import { json } from "./http-fake.ts";

/** Input of a route. */
export interface GitHubRouteInput {
  /** The decoded groups of its pattern. */
  readonly parameters: readonly string[];
  /** Address of the request, on the fake's own origin. */
  readonly url: URL;
  readonly options: GitHubFakeOptions;
  readonly memory: GitHubMemory;
}

/** One call of the API under `/repos/{owner}/{name}`; undefined is answered with 404. */
export interface GitHubRoute {
  readonly pattern: RegExp;
  readonly answer: (input: GitHubRouteInput) => Promise<ScriptedReply | undefined> | ScriptedReply | undefined;
}

type Answered = ReturnType<GitHubRoute["answer"]>;

/** The calls that the gate uses, and their neighbours that other tools use. */
export const githubRoutes: readonly GitHubRoute[] = [
  {
    pattern: /^$/,
    answer: ({ options }) =>
      json({
        full_name: options.repository ?? "acme/core",
        default_branch: options.defaultBranch ?? "main",
        owner: { type: options.ownerIsUser === true ? "User" : "Organization" },
      }),
  },
  { pattern: /^\/branches\/([^/]+)$/, answer: branch },
  { pattern: /^\/commits$/, answer: commits },
  { pattern: /^\/commits\/([^/]+)$/, answer: commit },
  { pattern: /^\/commits\/([^/]+)\/statuses$/, answer: statuses },
  { pattern: /^\/commits\/([^/]+)\/status$/, answer: combinedStatus },
  { pattern: /^\/commits\/([^/]+)\/check-runs$/, answer: checkRuns },
  { pattern: /^\/commits\/([^/]+)\/check-suites$/, answer: checkSuites },
  { pattern: /^\/check-suites\/(\d+)\/check-runs$/, answer: checkRunsOfSuite },
  { pattern: /^\/compare\/([^/]+)\.{3}([^/]+)$/, answer: compare },
  { pattern: /^\/contents\/(.+)$/, answer: contents },
  { pattern: /^\/actions\/runs$/, answer: runs },
  {
    pattern: /^\/actions\/runs\/(\d+)$/,
    answer: ({ memory, parameters: [id = ""] }) => jsonOf(memory.runs.get(Number(id))),
  },
  { pattern: /^\/actions\/workflows$/, answer: workflows },
  { pattern: /^\/actions\/workflows\/([^/]+)\/runs$/, answer: runs },
  { pattern: /^\/actions\/workflows\/([^/]+)$/, answer: workflow },
  { pattern: /^\/actions\/variables\/([^/]+)$/, answer: variable },
  { pattern: /^\/actions\/organization-variables$/, answer: organisationVariables },
  { pattern: /^\/activity$/, answer: activity },
];

function jsonOf(value: object | undefined): ScriptedReply | undefined {
  return value === undefined ? undefined : json(value);
}

/** One page of rows, alone or under a key next to `extra`, with a `Link` to the next and the last one. */
function page(rows: readonly unknown[], url: URL, key?: string, extra: object = {}): ScriptedReply {
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get("per_page") ?? 30)));
  const number = Math.max(1, Number(url.searchParams.get("page") ?? 1));
  const last = Math.max(1, Math.ceil(rows.length / size));
  const some = rows.slice((number - 1) * size, number * size);
  const to = (page_: number, relation: string): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(page_));
    return `<${target.href}>; rel="${relation}"`;
  };
  const link: Record<string, string> = number < last ? { link: `${to(number + 1, "next")}, ${to(last, "last")}` } : {};
  return json(key === undefined ? some : { ...extra, [key]: some }, link);
}

function newestFirst<T extends { readonly id: number }>(rows: Iterable<T>): readonly T[] {
  return [...rows].toSorted((a, b) => b.id - a.id);
}

async function branch({ options: { graph }, parameters: [name = ""] }: GitHubRouteInput): Promise<ScriptedReply> {
  const sha = await graph.head(name);
  return sha === undefined ? json({ message: "Branch not found" }, {}, 404) : json({ name, commit: { sha } });
}

async function commit({ options: { graph }, parameters: [ref = ""], url }: GitHubRouteInput): Promise<ScriptedReply> {
  // Names of branches are taken here too, and first.
  const found = await graph.commit((await graph.head(ref)) ?? ref);
  if (found === undefined) return json({ message: `No commit found for SHA: ${ref}` }, {}, 422);
  // 300 files on a page, 3,000 in all.
  const from = (Number(url.searchParams.get("page") ?? 1) - 1) * 300;
  const files = found.files.slice(0, 3000);
  const next = new URL(url);
  next.searchParams.set("page", String(from / 300 + 2));
  const link: Record<string, string> = files.length > from + 300 ? { link: `<${next.href}>; rel="next"` } : {};
  return json({ ...commitRow(found), files: files.slice(from, from + 300).map(fileRow) }, link);
}

async function commits({ options: { graph }, url }: GitHubRouteInput): Promise<ScriptedReply> {
  const ref = url.searchParams.get("sha") ?? "main";
  const head = (await graph.head(ref)) ?? (await graph.commit(ref))?.sha;
  if (head === undefined) return json({ message: "Not Found" }, {}, 404);
  return page((await graph.log(head)).map(commitRow), url);
}

function commitRow({ date, message, parents, sha }: GraphCommit): object {
  return { sha, commit: { message, committer: { date } }, parents: parents.map((parent) => ({ sha: parent })) };
}

function fileRow(filename: string): object {
  return { filename, status: "modified" };
}

function statuses({ memory, parameters: [sha = ""], url }: GitHubRouteInput): Answered {
  return page(newestFirst(memory.statuses.get(sha) ?? []), url);
}

/** The newest row of each context, without who posted it. The word at the top is pending if there is none: absence looks like waiting. */
function combinedStatus({ memory, options, parameters: [sha = ""], url }: GitHubRouteInput): Answered {
  const newest = new Map(
    newestFirst(memory.statuses.get(sha) ?? [])
      .toReversed()
      .map((row) => [row.context, { ...row, creator: undefined }]),
  );
  const words = [...newest.values()].map(({ state }) => state);
  const bad = words.some((word) => word === "failure" || word === "error");
  const state = bad ? "failure" : words.length > 0 && words.every((word) => word === "success") ? "success" : "pending";
  return page([...newest.values()], url, "statuses", { sha, state, total_count: options.claimedTotal ?? newest.size });
}

/** A commit's list is cut, a suite's is not; `latest`, the default, keeps only the newest of each name and suite. */
function checkRuns({ memory, options, parameters: [sha = ""], url }: GitHubRouteInput): Answered {
  const all = filtered(
    newestFirst(memory.checkRuns.values()).filter((row) => row.head_sha === sha),
    url,
  );
  return page(all.slice(0, options.mostRows), url, "check_runs", { total_count: options.claimedTotal ?? all.length });
}

function checkRunsOfSuite({ memory, parameters: [suite = ""], url }: GitHubRouteInput): Answered {
  const all = filtered(
    newestFirst(memory.checkRuns.values()).filter((row) => row.check_suite.id === Number(suite)),
    url,
  );
  return page(all, url, "check_runs", { total_count: all.length });
}

type CheckRunRow = GitHubMemory["checkRuns"] extends Map<number, infer T> ? T : never;

function filtered(rows: readonly CheckRunRow[], url: URL): readonly CheckRunRow[] {
  if (url.searchParams.get("filter") === "all") return rows;
  return [...new Map(rows.toReversed().map((row) => [`${row.check_suite.id} ${row.name}`, row])).values()];
}

function checkSuites({ memory, parameters: [sha = ""], url }: GitHubRouteInput): Answered {
  const ids = new Set(
    [...memory.checkRuns.values()].filter((row) => row.head_sha === sha).map((row) => row.check_suite.id),
  );
  return page(
    [...ids].map((id) => ({ id })),
    url,
    "check_suites",
    { total_count: ids.size },
  );
}

/** Packages of the owner; those of an organisation are not found as those of a user, nor the other way round. */
export function listPackages(
  path: string,
  url: URL,
  { ownerIsUser = false, repository = "acme/core" }: GitHubFakeOptions,
  { images }: GitHubMemory,
): ScriptedReply | undefined {
  const [owner = ""] = repository.split("/");
  if (path !== `/${ownerIsUser ? "users" : "orgs"}/${owner}/packages`) return undefined;
  const rows = [...images].map(([image, linked], index) => ({
    id: index + 1,
    name: image.slice(image.indexOf("/") + 1),
    package_type: "container",
    ...(linked === undefined ? {} : { repository: { full_name: linked } }),
  }));
  return page(url.searchParams.get("package_type") === "container" ? rows : [], url);
}

/** The files of the default branch, those that were registered, and one that GitHub makes by itself. */
async function workflows({ memory, options, url }: GitHubRouteInput): Promise<ScriptedReply> {
  const { defaultBranch = "main", graph } = options;
  const files = await graph.list(".github/workflows", (await graph.head(defaultBranch)) ?? "");
  const row = (path: string): object => {
    const file = path.slice(path.lastIndexOf("/") + 1);
    return memory.workflows.get(file) ?? { name: path, path, state: "active" };
  };
  const paths = new Set([...files, ...[...memory.workflows.values()].map(({ path }) => path)]);
  const own = { name: "CodeQL", path: "dynamic/github-code-scanning/codeql", state: "active" };
  const rows = [...[...paths].map(row), own];
  return page(rows, url, "workflows", { total_count: rows.length });
}

/** Every workflow of the default branch is known. */
async function workflow(input: GitHubRouteInput): Promise<ScriptedReply | undefined> {
  const { memory, options, parameters } = input;
  const { graph } = options;
  const [file = ""] = parameters;
  const known = memory.workflows.get(file);
  if (known !== undefined) return json(known);
  const path = `.github/workflows/${file}`;
  const text = await graph.file(path, (await graph.head(options.defaultBranch ?? "main")) ?? "");
  return text === undefined ? undefined : json({ name: file, path, state: "active" });
}

function runs({ memory, options, parameters: [file], url }: GitHubRouteInput): Answered {
  const asked = {
    head_sha: url.searchParams.get("head_sha"),
    head_branch: url.searchParams.get("branch"),
    event: url.searchParams.get("event"),
  };
  const all = newestFirst(memory.runs.values())
    .filter((row) => file === undefined || row.path.endsWith(`/${file}`))
    .filter((row) => Object.entries(asked).every(([key, value]) => value === null || row[key] === value));
  // Lists that were filtered by branch or event were seen to lag by days.
  const stale = options.staleFilteredLists === true && (asked.head_branch !== null || asked.event !== null);
  const served = all.slice(stale ? 1 : 0, options.mostRows ?? 1000);
  // Runs name their workflow with the branch that they ran for.
  const rows = served.map(({ ref, ...row }) => ({ ...row, path: `${row.path}@${ref}` }));
  return page(rows, url, "workflow_runs", { total_count: options.claimedTotal ?? all.length });
}

async function compare({
  options: { graph },
  parameters: [base = "", head = ""],
  url,
}: GitHubRouteInput): Promise<ScriptedReply | undefined> {
  const [from, to] = await Promise.all([graph.commit(base), graph.commit(head)]);
  if (from === undefined || to === undefined) return undefined;
  const [ahead, behind] = await Promise.all([graph.between(from.sha, to.sha), graph.between(to.sha, from.sha)]);
  const oneWay = ahead.length > 0 ? "ahead" : behind.length > 0 ? "behind" : "identical";
  // The files of the merge base's side are left out, as in `git diff base...head`; all of them stand on the first page.
  const first = Number(url.searchParams.get("page") ?? 1) === 1;
  const files = first && ahead.length > 0 ? (await graph.diff(from.sha, to.sha)).slice(0, 300).map(fileRow) : [];
  const extra = {
    status: ahead.length > 0 && behind.length > 0 ? "diverged" : oneWay,
    total_commits: ahead.length,
    files,
  };
  return page(ahead.toReversed().map(commitRow), url, "commits", extra);
}

async function contents({
  options: { graph },
  parameters: [path = ""],
  url,
}: GitHubRouteInput): Promise<ScriptedReply | undefined> {
  const text = await graph.file(path, url.searchParams.get("ref") ?? (await graph.head("main")) ?? "");
  if (text === undefined) return undefined;
  // In lines of 60 characters, as GitHub sends it.
  const content = Buffer.from(text).toString("base64").replaceAll(/.{60}/g, "$&\n");
  return json({ type: "file", encoding: "base64", path, size: Buffer.byteLength(text), content });
}

function variable({ memory, parameters: [name = ""] }: GitHubRouteInput): Answered {
  const value = memory.variables.repository.get(name);
  return jsonOf(value === undefined ? undefined : { name, value });
}

function organisationVariables({ memory, url }: GitHubRouteInput): Answered {
  const rows = [...memory.variables.owner].map(([name, value]) => ({ name, value }));
  return page(rows, url, "variables", { total_count: rows.length });
}

function activity({ memory, url }: GitHubRouteInput): Answered {
  const ref = url.searchParams.get("ref");
  const rows = memory.pushes.map(activityRow).filter((row) => ref === null || row.ref === ref);
  return page(rows, url);
}

function activityRow({ after, before, branch: name = "main", user = "octavia" }: NewPush): { readonly ref: string } {
  const row = { before: before ?? "0".repeat(40), after, actor: { login: user } };
  return { ...row, ref: `refs/heads/${name}` };
}
