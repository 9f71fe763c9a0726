import {
  type Clock,
  type CommitSha,
  createHttp,
  createSender,
  found,
  type Http,
  ignoreEvents,
  type Reading,
  type Reporter,
  type Secret,
  systemClock,
  toReading,
} from "@lateen/kernel";
import type { CheckFact, Checks } from "../ports/checks.ts";
import type { Forge, ForgeEvent } from "../ports/forge.ts";
import type { Places } from "../ports/api-urls.ts";
import type { Sources } from "../ports/sources.ts";
import { type Client, createClient } from "./client.ts";
import { branchPath, readCommit, readHead, readRecent, readRoot, resolveCommit } from "./commits.ts";
import { comparePath, createComparer } from "./compare.ts";
import { readPush } from "./pushes.ts";
import { createRunList, type RunList } from "./run-list.ts";
import { createBranchRunReader, createRunReader } from "./runs.ts";
import { createSources } from "./sources.ts";
import { contentsPath } from "../forge/repository-files.ts";
import { createStatusReader, type Home } from "./statuses.ts";
import { createSurvey } from "./survey.ts";
import { createVariableReader, variablePath } from "./variables.ts";
import type { RetryPolicy } from "../forge/retry-rules.ts";

/** Address, repository, credentials and version of a Gitea. */
export interface GiteaForgeOptions {
  /** Address of the site, such as `https://git.example.com`. */
  readonly url: string;
  /** Address of the API. @default `{url}/api/v1` */
  readonly api?: string | undefined;
  /** `owner/name`. */
  readonly repository: string;
  readonly token?: Secret | undefined;
  /** @default a client of its own on undici; some edges block requests without a telling User-Agent, which it sends */
  readonly http?: Http | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Receives pauses and repeated requests. @default ignoreEvents */
  readonly report?: Reporter<ForgeEvent> | undefined;
  /** @default 4 tries, 500 ms doubling, at most 30 s as a server asks */
  readonly retry?: RetryPolicy | undefined;
}

/**
 * Gitea, 1.22 and later, as all ports of this package.
 *
 * Every method answers `unknown` where a read failed after its tries; none throws but for an interruption.
 *
 * @example
 * const forge = createGiteaForge({ url: "https://git.example.com", repository: "acme/core", token: secret(token) });
 * const head = await forge.head("main");
 */
export function createGiteaForge(options: GiteaForgeOptions): Forge {
  const { url, repository, token, clock = systemClock, report = ignoreEvents, retry = {} } = options;
  const api = options.api ?? `${url.replace(/\/+$/, "")}/api/v1`;
  const http = options.http ?? createHttp({ send: createSender(() => import("undici")), clock });
  const client = createClient({ api, repository, token, http, clock, report, retry });
  const runs = createRunList(client);
  const sources = createSources(client);
  return {
    kind: "gitea",
    ...createChecks(client, runs, sources, { site: url, repository }),
    ...createComparer(client),
    root: (head, signal) => readRoot(client, head, signal),
    head: (branch, signal) => readHead(client, branch, signal),
    resolve: (prefix, signal) => resolveCommit(client, prefix, signal),
    recent: (branch, most, signal) => readRecent(client, branch, most, signal),
    commit: (sha, signal) => readCommit(client, sha, signal),
    push: (commit, branch, signal) => readPush(client, commit, branch, signal),
    ...sources,
    ...createSurvey(client, repository),
    variable: createVariableReader(client, repository),
    urlOf: (subject) => client.urlOf(pathOf(subject)),
  };
}

function createChecks(client: Client, runs: RunList, sources: Sources, home: Home): Checks {
  const readStatuses = createStatusReader(client, home, runs);
  const checks = (commit: CommitSha, signal?: AbortSignal): Promise<Reading<readonly CheckFact[]>> =>
    toReading(async () => found(await readStatuses(commit, signal)));
  return {
    checks,
    runs: createRunReader(client, runs, sources, checks),
    newestRun: createBranchRunReader(client, runs),
  };
}

function pathOf(subject: Parameters<Places["urlOf"]>[0]): string {
  switch (subject.kind) {
    case "branch":
      return branchPath(subject.name);
    case "commit":
      return `/git/commits/${subject.sha}`;
    case "compare":
      return comparePath(subject.base, subject.head);
    case "checks":
      return `/commits/${subject.sha}/statuses`;
    case "runs":
      return `/actions/runs?head_sha=${subject.sha}`;
    case "file":
      return contentsPath(subject.path, subject.sha);
    case "variable":
      return variablePath(subject.name);
  }
}
