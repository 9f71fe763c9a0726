import {
  absent,
  type Ancestry,
  type CommitSha,
  found,
  memoize,
  type Reading,
  toReading,
  unknown,
} from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import { firstParents } from "../forge/first-parents.ts";
import type { Changes, CommitFact, Range } from "../ports/changes.ts";
import type { History } from "../ports/history.ts";
import type { Client } from "./client.ts";
import { commitFact } from "./commits.ts";
import { featuresOf } from "./features.ts";
import { commitsSchema, compareSchema, type WireCommit } from "./wire.ts";

/** Reads how two commits relate and what lies between them. */
export type Comparer = Pick<History, "compare"> & Pick<Changes, "between" | "difference">;

/** Commits that one has and the other lacks, newest first. */
interface Listed {
  readonly commits: readonly CommitFact[];
  readonly total: number;
}

/** Largest page of commits. Source: Gitea's `[api] MAX_RESPONSE_ITEMS` and `[git] COMMITS_RANGE_SIZE`, both 50 by default. */
const pageSize = 50;

/** Most pages that are read of a list of commits: 1,000 commits, a month of the busiest trunk that we know. */
const mostPages = 20;

/** Pages that are requested at the same time. */
const widest = 8;

/** Makes a {@link Comparer}. What lies between two commits never changes, so each answer is kept. */
export function createComparer(client: Client): Comparer {
  const load = memoize((range: string, signal) => listRange(client, range, signal));
  const list = (base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Listed> =>
    load(`${base}...${head}`, signal);
  return {
    compare: (base, head, signal) =>
      toReading(async () => {
        if (base === head) return found("identical" as const);
        const ahead = await list(base, head, signal);
        // Whose child has it, and is not it, descends from it.
        if (ahead.commits.some(({ parents }) => parents?.includes(base) === true)) return found("ahead" as const);
        const behind = await list(head, base, signal);
        return ancestryOf(ahead.total, behind.total, client.urlOf(comparePath(base, head)));
      }),
    between: (base, head, signal) => toReading(async () => found(rangeOf(await list(base, head, signal)))),
    difference: (base, head, signal) =>
      toReading(async () => {
        const { commits, total } = await list(base, head, signal);
        const line = firstParents(commits, base, head);
        if (line === undefined) return absent(`${base} is not on the line of first parents of ${head}`);
        return found({ files: filesOf(line), truncated: total > commits.length });
      }),
  };
}

/** The path of a comparison; three dots: what `head` has and `base` lacks. */
export function comparePath(base: string, head: string): string {
  return `/compare/${base}...${head}`;
}

/** By comparison, or on servers that compare branches only, by the log of `head` without that of `base`. */
async function listRange(client: Client, range: string, signal?: AbortSignal): Promise<Listed> {
  const [base = "", head = ""] = range.split("...");
  const { comparesCommits } = featuresOf(await client.version(signal));
  if (comparesCommits) {
    const path = comparePath(base, head);
    const answer = await client.find(path, { schema: compareSchema, what: "a comparison of two commits" }, signal);
    if (answer !== undefined) {
      const { commits, total_commits: total } = answer.value;
      return listed(commits, Math.max(commits.length, total), head);
    }
  }
  return listLog(client, base, head, signal);
}

async function listLog(client: Client, base: string, head: string, signal?: AbortSignal): Promise<Listed> {
  const path = (page: number): string =>
    `/commits?sha=${head}&not=${base}&stat=false&verification=false&files=true&page=${page}&limit=${pageSize}`;
  const page = (number: number) =>
    client.get(path(number), { schema: commitsSchema, what: "a list of commits" }, signal);
  const first = await page(1);
  const total = Math.max(first.value.length, Number(first.header("x-total-count") ?? 0) || 0);
  const pages = Math.min(mostPages, first.value.length === 0 ? 1 : Math.ceil(total / first.value.length));
  const commits = [...first.value];
  for (let from = 2; from <= pages; from += widest) {
    const numbers = Array.from({ length: Math.min(widest, pages - from + 1) }, (_, index) => from + index);
    for (const { value } of await Promise.all(numbers.map(page))) commits.push(...value);
  }
  return listed(commits, total, head);
}

// Servers and proxies differ in the order; the head itself shows which way round a list is.
function listed(wire: readonly WireCommit[], total: number, head: string): Listed {
  const commits = wire.map(commitFact);
  const reversed = commits.at(-1)?.sha === head && commits[0]?.sha !== head;
  return { commits: reversed ? commits.toReversed() : commits, total };
}

/** Gitea has no word for ancestry: a commit is ahead if it has commits that the other lacks, and the other has none. */
function ancestryOf(ahead: number, behind: number, url: string): Reading<Ancestry> {
  if (ahead > 0 && behind > 0) return found("diverged");
  if (ahead > 0) return found("ahead");
  if (behind > 0) return found("behind");
  return unknown(
    unclearError("FORGE_COMPARE_EMPTY", {
      message: "the forge finds no commit between two different commits, in either direction",
      why: url,
      fix: "check whether the forge has finished indexing the repository",
    }),
  );
}

function rangeOf({ commits, total }: Listed): Range {
  return { commits, files: filesOf(commits), truncated: total > commits.length };
}

function filesOf(commits: readonly CommitFact[]): readonly string[] | undefined {
  const touched = commits.map((commit) => commit.files);
  return touched.includes(undefined) ? undefined : [...new Set(touched.flatMap((paths) => paths ?? []))];
}
