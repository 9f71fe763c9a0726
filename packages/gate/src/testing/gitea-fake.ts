import type { RecordedRequest, ScriptedReply } from "@lateen/kernel/testing";
import type { CommitGraph } from "./commit-graph.ts";
import { takeDispatch } from "./dispatches.ts";
import type { ForgeFacts } from "./forge-facts.ts";
import { createGiteaFacts, type GiteaFacts } from "./gitea-facts.ts";
import { giteaRoutes, listPackages, noSuchCall, readVariable } from "./gitea-routes.ts";
import { minorOf } from "./gitea-version.ts";
import { type HttpFake, json, startHttpFake } from "./http-fake.ts";

/** Version and faults of the Gitea to play. */
export interface GiteaFakeOptions {
  readonly graph: CommitGraph;
  /** @default "acme/core" */
  readonly repository?: string;
  /** @default "main" */
  readonly defaultBranch?: string;
  /**
   * The server behaves as this version does: `1.22.6` (no comparison of commits), `1.24.6` (no list of runs), `1.25.5` (links by number),
   * `1.26.4`, `1.27.3` (marks filtered workflows, cancels with another text). @default "1.26.4"
   */
  readonly version?: string;
  /** The only token that is let in; undefined lets everyone in. */
  readonly token?: string | undefined;
  /** Real time before each answer, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** True if answers carry an `etag`, as behind a proxy that adds them; Gitea sends none. @default false */
  readonly etags?: boolean;
  /** Rows of a page, whatever is asked for. @default 50 */
  readonly mostRows?: number;
  /** Serves one row of the first page of statuses a second time in the place of its neighbour on the second. @default false */
  readonly unstableTies?: boolean;
  /** Value of `total_count` and `X-Total-Count` instead of the true one. */
  readonly claimedTotal?: number;
  /** True if the combined status is as complete as the list. @default true */
  readonly combinedIsWhole?: boolean;
  /** True if `/version` cannot be read. @default false */
  readonly hidesVersion?: boolean;
  /** True if the owner is a user, whose variables no other user can read, and not an organisation. @default false */
  readonly ownerIsUser?: boolean;
  /** Login of the token's user. @default the owner */
  readonly login?: string;
  /** Lists of runs that lack a new run: pushes are handled in a queue, and their runs appear a second or two later. @default 0 */
  readonly lateRuns?: number;
  /** Logins of those who may write; undefined if the token may not list them. */
  readonly writers?: readonly string[];
  /** Runners of the repository by name, with their state; undefined if the token may not list them. */
  readonly runners?: Readonly<Record<string, "online" | "offline">>;
  /** The version under which the server knows itself as a Forgejo. */
  readonly forgejo?: string;
  /** Answer for a variable instead of its value or of its own 404. */
  readonly variables?: "forbidden" | "no-such-call";
}

/** A running fake. */
export interface GiteaFake extends HttpFake, ForgeFacts {
  /** Address of the API. */
  readonly api: string;
  readonly repository: string;
}

/** Starts a Gitea of one repository on loopback, with the habits of the real one. */
export async function startGiteaFake(options: GiteaFakeOptions): Promise<GiteaFake> {
  const { repository = "acme/core", latencyMs = 0, etags = false } = options;
  let site = "";
  const facts = createGiteaFacts(() => `${site}/${repository}`, options.version ?? "1.26.4", options.lateRuns);
  const answer = (request: RecordedRequest): Promise<ScriptedReply> =>
    answerRequest(request, options, repository, facts);
  const server = await startHttpFake({ latencyMs, etags, answer });
  site = server.url;
  return { ...server, requests: server.requests, api: `${server.url}/api/v1`, repository, ...facts.mutators };
}

async function answerRequest(
  request: RecordedRequest,
  options: GiteaFakeOptions,
  repository: string,
  facts: GiteaFacts,
): Promise<ScriptedReply> {
  const refused = refuse(request, options);
  if (refused !== undefined) return refused;
  const url = new URL(request.path, "http://gitea");
  if (url.pathname === "/api/v1/version")
    return options.hidesVersion === true ? noSuchCall() : json({ version: options.version ?? "1.26.4" });
  if (url.pathname === "/api/forgejo/v1/version" && options.forgejo !== undefined)
    return json({ version: options.forgejo });
  const [, name] = /^\/api\/v1\/orgs\/[^/]+\/actions\/variables\/([^/]+)$/.exec(url.pathname) ?? [];
  const [owner = ""] = repository.split("/");
  if (name !== undefined && options.ownerIsUser === true)
    return json({ message: "GetOrgByName", errors: [`user redirect does not exist [name: ${owner}]`] }, {}, 404);
  if (name !== undefined) return readVariable(decodeURIComponent(name), facts.variables.owner, options);
  const { login = owner } = options;
  if (url.pathname === "/api/v1/user") return json({ id: 7, login });
  const [, own] = /^\/api\/v1\/user\/actions\/variables\/([^/]+)$/.exec(url.pathname) ?? [];
  if (own !== undefined) {
    const isOwner = options.ownerIsUser === true && login === owner;
    return readVariable(decodeURIComponent(own), isOwner ? facts.variables.owner : new Map(), options);
  }
  const prefix = `/api/v1/repos/${repository}/`;
  if (url.pathname === prefix.slice(0, -1))
    return json({ id: 1, full_name: repository, default_branch: options.defaultBranch ?? "main" });
  if (url.pathname === `/api/v1/packages/${owner}`) return listPackages(url.searchParams, options, facts);
  if (!url.pathname.startsWith(prefix)) return notFound();
  const path = url.pathname.slice(prefix.length);
  const { dispatches, mutators, workflows } = facts;
  const started = await takeDispatch(request, {
    kind: "gitea",
    graph: options.graph,
    folder: ".gitea/workflows",
    setRun: mutators.setRun,
    stateOf: (file) => workflows.get(file)?.state,
    dispatches,
  });
  if (started !== undefined) return started;
  for (const { pattern, since, answer } of giteaRoutes) {
    const match = pattern.exec(path);
    if (match !== null) {
      if (minorOf(options.version ?? "1.26.4") < since) return noSuchCall();
      const parameters = match.slice(1).map(decodeURIComponent);
      return (await answer({ parameters, query: url.searchParams, options, facts })) ?? notFound();
    }
  }
  return noSuchCall();
}

/** The edge in front of the first users' forge turns stock clients away; that was once taken for a failure of the API. */
function refuse({ headers }: RecordedRequest, { token }: GiteaFakeOptions): ScriptedReply | undefined {
  if (/^(?:node|undici|python-urllib\S*)?$/i.test(headers["user-agent"] ?? "")) {
    return {
      status: 403,
      headers: { "content-type": "text/html" },
      body: "<!DOCTYPE html><html><body>error code: 1010</body></html>",
    };
  }
  const [, given] = /^(?:token|bearer) (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
  return token === undefined || given === token
    ? undefined
    : json({ message: "invalid username, password or token" }, {}, 401);
}

function notFound(): ScriptedReply {
  return json({ message: "The target couldn't be found.", errors: null }, {}, 404);
}
