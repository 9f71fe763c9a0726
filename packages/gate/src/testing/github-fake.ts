import { createVerify } from "node:crypto";
import type { RecordedRequest, ScriptedReply } from "@lateen/kernel/testing";
import type { CommitGraph } from "./commit-graph.ts";
import { takeDispatch } from "./dispatches.ts";
import { createGitHubMemory, type GitHubFacts, type GitHubMemory } from "./github-facts.ts";
import { githubRoutes, listPackages } from "./github-routes.ts";
import { type HttpFake, json, startHttpFake } from "./http-fake.ts";

/** A GitHub App that is installed on the repository. */
export interface InstalledApp {
  readonly appId: string | number;
  readonly installationId: number;
  /** In PEM; what the app signs is verified with it. */
  readonly publicKey: string;
}

/** Kind and faults of the GitHub to play. */
export interface GitHubFakeOptions {
  readonly graph: CommitGraph;
  /** @default "acme/core" */
  readonly repository?: string;
  /** @default "main" */
  readonly defaultBranch?: string;
  /** True if the owner is a user and not an organisation. @default false */
  readonly ownerIsUser?: boolean;
  /** The only token that is let in; undefined lets everyone in. */
  readonly token?: string | undefined;
  /** Lets its installation in, and otherwise only `token`. */
  readonly app?: InstalledApp;
  /** Real time before each answer, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** @default true */
  readonly etags?: boolean;
  /** Rows that a commit's lists of runs and check runs serve at most, whatever they count. @default 1000 for runs */
  readonly mostRows?: number;
  /** Value of `total_count` instead of the true one. */
  readonly claimedTotal?: number;
  /** True if lists of runs that are filtered by branch or event lack the newest row. @default false */
  readonly staleFilteredLists?: boolean;
}

/** A running fake. */
export interface GitHubFake extends HttpFake, GitHubFacts {
  /** Address of the API, as an Enterprise server has it. */
  readonly api: string;
  readonly repository: string;
}

/** Token of an installed app. */
const installationToken = "ghs_0000000000000000000000000000000000";

/** Starts a GitHub of one repository on loopback; its API answers at `{url}/api/v3` and, as api.github.com does, at `{url}`. */
export async function startGitHubFake(options: GitHubFakeOptions): Promise<GitHubFake> {
  const { etags = true, latencyMs = 0, repository = "acme/core" } = options;
  let site = "";
  const memory = createGitHubMemory(() => `${site}/${repository}`);
  const answer = (request: RecordedRequest): Promise<ScriptedReply> => answerRequest(request, options, site, memory);
  const server = await startHttpFake({ latencyMs, etags, answer });
  site = server.url;
  return { ...server, requests: server.requests, api: `${server.url}/api/v3`, repository, ...memory.mutators };
}

async function answerRequest(
  request: RecordedRequest,
  options: GitHubFakeOptions,
  site: string,
  memory: GitHubMemory,
): Promise<ScriptedReply> {
  const url = new URL(request.path, site);
  const path = url.pathname.replace(/^\/api\/v3(?=\/)/, "");
  const prefix = `/repos/${options.repository ?? "acme/core"}`;
  if (options.app !== undefined) {
    const signedIn = signIn(request, path, prefix, options.app);
    if (signedIn !== undefined) return signedIn;
  }
  if (!isLetIn(request, options)) return json({ message: "Bad credentials" }, {}, 401);
  const packages = listPackages(path, url, options, memory);
  if (packages !== undefined) return packages;
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return notFound();
  const { dispatches, mutators, workflows } = memory;
  const started = await takeDispatch(request, {
    kind: "github",
    graph: options.graph,
    folder: ".github/workflows",
    setRun: mutators.setRun,
    stateOf: (file) => workflows.get(file)?.state,
    dispatches,
  });
  if (started !== undefined) return started;
  for (const { answer, pattern } of githubRoutes) {
    const match = pattern.exec(path.slice(prefix.length));
    const parameters = match?.slice(1).map(decodeURIComponent);
    if (parameters !== undefined) return (await answer({ parameters, url, options, memory })) ?? notFound();
  }
  return notFound();
}

function notFound(): ScriptedReply {
  return json({ message: "Not Found", documentation_url: "https://docs.github.com/rest" }, {}, 404);
}

function isLetIn({ headers }: RecordedRequest, { app, token }: GitHubFakeOptions): boolean {
  const given = /^(?:token|bearer) (.+)$/i.exec(headers["authorization"] ?? "")?.[1] ?? "";
  if (app === undefined && token === undefined) return true;
  return given !== "" && (given === token || (app !== undefined && given === installationToken));
}

/** The two calls that an app makes with a token that it signed itself. */
function signIn(request: RecordedRequest, path: string, prefix: string, app: InstalledApp): ScriptedReply | undefined {
  const exchange = request.method === "POST" && path === `/app/installations/${app.installationId}/access_tokens`;
  const lookUp = request.method === "GET" && path === `${prefix}/installation`;
  if (!exchange && !lookUp) return undefined;
  if (!isSigned(request, app)) return json({ message: "A JSON web token could not be decoded" }, {}, 401);
  const token = {
    token: installationToken,
    expires_at: "2099-01-01T00:00:00Z",
    permissions: {},
    repository_selection: "selected",
  };
  return lookUp ? json({ id: app.installationId }) : json(token, {}, 201);
}

function isSigned({ headers }: RecordedRequest, { appId, publicKey }: InstalledApp): boolean {
  const [header = "", payload = "", signature = ""] = (headers["authorization"] ?? "")
    .replace(/^bearer /i, "")
    .split(".");
  const verifier = createVerify("RSA-SHA256").update(`${header}.${payload}`);
  if (!verifier.verify(publicKey, signature, "base64url")) return false;
  const { iss } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { readonly iss?: unknown };
  return String(iss) === String(appId);
}
