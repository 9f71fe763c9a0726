import {
  type Clock,
  createHttp,
  createSender,
  type Http,
  ignoreEvents,
  type Reporter,
  type Secret,
  systemClock,
} from "@lateen/kernel";
import type { Forge, ForgeEvent } from "../ports/forge.ts";
import type { Subject } from "../ports/api-urls.ts";
import { checkRunsPath, readChecks } from "./checks.ts";
import { createClient } from "./client.ts";
import {
  branchPath,
  commitPath,
  createCommitReader,
  readHead,
  readRecent,
  readRoot,
  resolveCommit,
} from "./commits.ts";
import { comparePath, createComparer } from "./compare.ts";
import type { GitHubApp } from "./connect.ts";
import { readPush } from "./pushes.ts";
import { readNewestRun, readWorkflowRuns, runsPath } from "./runs.ts";
import { createSources, readVariable, variablePath } from "./sources.ts";
import { createSurvey } from "./survey.ts";
import { contentsPath } from "../forge/repository-files.ts";
import type { RetryPolicy } from "../forge/retry-rules.ts";

/** Address, repository and credentials of a GitHub. */
export interface GitHubForgeOptions {
  /** Address of the site. @default "https://github.com" */
  readonly url?: string | undefined;
  /** Address of the API. @default `https://api.github.com`, `https://api.{name}.ghe.com`, `{url}/api/v3` for an Enterprise server */
  readonly api?: string | undefined;
  /** `owner/name`. */
  readonly repository: string;
  /** A personal token, or that of a job. An {@link GitHubForgeOptions.app} beats it. */
  readonly token?: Secret | undefined;
  /** Reads as an installation of a GitHub App. */
  readonly app?: GitHubApp | undefined;
  /** @default a client of its own on undici */
  readonly http?: Http | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Receives pauses and repeated requests. @default ignoreEvents */
  readonly report?: Reporter<ForgeEvent> | undefined;
  /** A longer pause than its `longestDelayMs` is not waited for: the reading is unknown, and nothing is sent until it is over. @default 4 tries, 500 ms doubling, at most 30 s as a server asks */
  readonly retry?: RetryPolicy | undefined;
}

/**
 * GitHub, github.com or an Enterprise server, as all ports of this package.
 *
 * Every method answers `unknown` where a read failed after its tries; none throws but for an interruption.
 *
 * @example
 * const forge = createGitHubForge({ repository: "acme/core", token: secret(token) });
 * const head = await forge.head("main");
 */
export function createGitHubForge(options: GitHubForgeOptions): Forge {
  const { app, clock = systemClock, report = ignoreEvents, repository, retry = {}, token } = options;
  const http = options.http ?? createHttp({ send: createSender(() => import("undici")), clock });
  const client = createClient({ api: apiOf(options), repository, token, app, http, clock, report, retry });
  const commit = createCommitReader(client);
  return {
    kind: "github",
    checks: (sha, signal) => readChecks(client, sha, signal),
    runs: (sha, file, signal) => readWorkflowRuns(client, sha, file, signal),
    newestRun: (query, wanted, signal) => readNewestRun(client, query, wanted, signal),
    head: (branch, signal) => readHead(client, branch, signal),
    resolve: (prefix, signal) => resolveCommit(client, prefix, signal),
    recent: (branch, most, signal) => readRecent(client, branch, most, signal),
    root: (head, signal) => readRoot(client, head, signal),
    ...createComparer(client, commit),
    commit,
    push: (sha, branch, signal) => readPush(client, sha, branch, signal),
    ...createSources(client),
    ...createSurvey(client, repository),
    variable: (name, signal) => readVariable(client, repository, name, signal),
    urlOf: (subject) => client.urlOf(pathOf(subject)),
  };
}

/**
 * Sources: https://docs.github.com/en/enterprise-server/rest/quickstart (`/api/v3`);
 * https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency (`api.` of
 * a subdomain of ghe.com).
 */
function apiOf({ api, url = "https://github.com" }: GitHubForgeOptions): string {
  if (api !== undefined) return api.replace(/\/+$/, "");
  if (/^https:\/\/github\.com\/?$/i.test(url)) return "https://api.github.com";
  const [, tenant] = /^https:\/\/([a-z0-9-]+\.ghe\.com)\/?$/i.exec(url) ?? [];
  return tenant === undefined ? `${url.replace(/\/+$/, "")}/api/v3` : `https://api.${tenant.toLowerCase()}`;
}

function pathOf(subject: Subject): string {
  switch (subject.kind) {
    case "branch":
      return branchPath(subject.name);
    case "commit":
      return commitPath(subject.sha);
    case "compare":
      return comparePath(subject.base, subject.head);
    case "checks":
      return checkRunsPath(subject.sha);
    case "runs":
      return runsPath(subject.sha);
    case "file":
      return contentsPath(subject.path, subject.sha);
    case "variable":
      return variablePath(subject.name);
  }
}
