import { type Http, plainText, type ReleaseError, type Secret } from "@lateen/kernel";
import type { Octokit } from "@octokit/rest";
import { gateError } from "../errors.ts";
import { createFetch } from "./fetch.ts";
import { installationSchema } from "./wire.ts";

/** A GitHub App as who the gate reads. */
export interface GitHubApp {
  /** App id or client id. */
  readonly appId: string | number;
  /** The private key in PEM. */
  readonly privateKey: Secret;
  /** @default looked up for the repository */
  readonly installationId?: number | undefined;
}

export interface ConnectOptions {
  readonly api: string;
  readonly repository: string;
  readonly token: Secret | undefined;
  readonly app: GitHubApp | undefined;
  readonly http: Http;
}

/** The part of Octokit that is used. */
export type Request = Octokit["request"];

const silence = (): void => undefined;
const log = { debug: silence, info: silence, warn: silence, error: silence };

/**
 * Octokit for one repository, loaded with the first request; it and its plugins are optional peers.
 *
 * @throws ReleaseError `OCTOKIT_MISSING`, `FORGE_APP_UNUSABLE`
 */
export async function connect(options: ConnectOptions): Promise<Request> {
  const { app, token } = options;
  if (app === undefined) {
    const create = await loadOctokit(options);
    return create(token === undefined ? {} : { auth: token.reveal() });
  }
  return connectApp(options, app);
}

async function loadOctokit({ api, http }: ConnectOptions): Promise<(auth: object) => Request> {
  const [rest, plugin] = await Promise.all([
    load(() => import("@octokit/rest")),
    load(() => import("@octokit/plugin-retry")),
  ]);
  const Plugged = rest.Octokit.plugin(plugin.retry);
  const request = { fetch: createFetch(http), log };
  // The plugin's pauses are on the machine's clock and cannot be seen or cancelled. So it only sends once more, at once,
  // what failed in passing; every longer pause is the client's own, on our clock and with an event. 429 is among those.
  const retry = { retries: 1, retryAfterBaseValue: 50, doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451] };
  return (auth) => new Plugged({ ...auth, baseUrl: api, userAgent: "lateen", log, request, retry }).request;
}

async function connectApp(options: ConnectOptions, app: GitHubApp): Promise<Request> {
  const [create, { createAppAuth }] = await Promise.all([
    loadOctokit(options),
    load(() => import("@octokit/auth-app")),
  ]);
  const key = { appId: app.appId, privateKey: app.privateKey.reveal() };
  const authStrategy = createAppAuth;
  try {
    const installationId =
      app.installationId ?? (await findInstallation(create({ authStrategy, auth: key }), options.repository));
    return create({ authStrategy, auth: { ...key, installationId } });
  } catch (cause) {
    throw appUnusable(cause, options.api);
  }
}

async function findInstallation(request: Request, repository: string): Promise<number> {
  const [owner = "", repo = ""] = repository.split("/");
  const { data } = await request("GET /repos/{owner}/{repo}/installation", { owner, repo });
  const parsed = installationSchema.safeParse(data);
  if (!parsed.success) throw new Error("no installation");
  return parsed.data.id;
}

/** Turned into one of ours without its cause, in which a private key or a signed token may stand. */
export function appUnusable(cause: unknown, api: string): ReleaseError {
  const { message, status } = cause as { message?: unknown; status?: unknown };
  const detail = typeof status === "number" ? `HTTP ${status}` : "the key could not be used";
  return gateError("FORGE_APP_UNUSABLE", "auth", {
    message: `could not sign in as a GitHub App: ${detail}${/PKCS|PEM|DECODER|asn1/i.test(String(message)) ? ", it is not a private key in PEM" : ""}`,
    why: plainText(api, 200),
    fix: "check the app's id, its private key, and that it is installed on the repository",
  });
}

async function load<T>(module: () => Promise<T>): Promise<T> {
  try {
    return await module();
  } catch (cause) {
    throw gateError("OCTOKIT_MISSING", "input", {
      message: "a package that the GitHub adapter needs is not installed",
      why: cause instanceof Error ? plainText(cause.message, 200) : undefined,
      fix: "install @octokit/rest and @octokit/plugin-retry, and @octokit/auth-app for a GitHub App",
      cause,
    });
  }
}
