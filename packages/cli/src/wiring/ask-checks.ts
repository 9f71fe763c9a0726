import { type Clock, createHttp, ignoreEvents, secret } from "@lateen/kernel";
import { senderOf } from "@lateen/registry/sender";
import type { Environment } from "../config/layers.ts";

/** A repository on a forge, before there is a configuration. */
export interface ForgePlace {
  readonly kind: "github" | "gitea";
  readonly url: string;
  readonly repository: string;
  readonly branch: string;
}

/** Maximum time in milliseconds for each request: no one should wait for a convenience. */
const patienceMs = 3_000;

/** Names that are reserved for documentation and tests, where no server answers. Source: RFC 2606, RFC 6761. */
export const reservedHost: RegExp = /(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|test)$/i;

/** More names are no gate that a person would fill in. */
const most = 20;

/**
 * Names of the checks that are green on the newest commit of the branch, as the forge has them; empty if it does not say.
 *
 * The address comes from the clone, which is not trusted: a token goes only to the forge whose job this is, and GITHUB_TOKEN to github.com.
 */
export async function askChecks(
  place: ForgePlace,
  { env, clock, signal }: { readonly env: Environment; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const token = tokenFor(place, env);
  const isAsked = !reservedHost.test(new URL(place.url).hostname) && (place.kind === "gitea" || token !== undefined);
  if (!isAsked) return [];
  const deadlines = { connectMs: patienceMs, headersMs: patienceMs, totalMs: patienceMs };
  const http = createHttp({ send: senderOf({}, env), clock, deadlines });
  const retry = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 };
  const common = {
    ...place,
    http,
    clock,
    report: ignoreEvents,
    retry,
    ...(token === undefined ? {} : { token: secret(token) }),
  };
  try {
    const forge =
      place.kind === "github"
        ? (await import("@lateen/gate/github")).createGitHubForge(common)
        : (await import("@lateen/gate/gitea")).createGiteaForge(common);
    const head = await forge.head(place.branch, signal);
    const checks = head.kind === "found" ? await forge.checks(head.value, signal) : head;
    if (checks.kind !== "found") return [];
    const green = checks.value.filter(({ status, conclusion }) => status === "success" || conclusion === "success");
    return [...new Set(green.map(({ name }) => name))].filter(isNamable).slice(0, most);
  } catch {
    return [];
  }
}

/** Not this pipeline's own, and one line. */
function isNamable(name: string): boolean {
  return !/\blateen\b/i.test(name) && /^[^\p{Cc}]{1,200}$/u.test(name);
}

function tokenFor({ kind, url }: ForgePlace, env: Environment): string | undefined {
  const { origin } = new URL(url);
  const ambient = env["GITHUB_SERVER_URL"];
  const isOwn = ambient !== undefined && URL.canParse(ambient) && new URL(ambient).origin === origin;
  if (!isOwn && origin !== "https://github.com") return undefined;
  const names = kind === "github" ? ["GITHUB_TOKEN"] : ["GITEA_TOKEN", "GITHUB_TOKEN"];
  return names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== "");
}
