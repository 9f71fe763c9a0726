import type { Forge } from "@lateen/gate";
import { type Clock, createHttp, ignoreEvents, type Secret, secret } from "@lateen/kernel";
import { senderOf } from "@lateen/registry/sender";
import type { Environment } from "../config/layers.ts";

/** A repository on a forge, before there is a configuration. */
export interface ForgePlace {
  readonly kind: "github" | "gitea";
  readonly url: string;
  readonly repository: string;
}

/** A forge that may be asked, or why it may not. */
export type OpenedForge =
  | { readonly kind: "open"; readonly forge: Forge }
  | { readonly kind: "closed"; readonly why: string; readonly fix: string };

/** Maximum time in milliseconds for each request: no one should wait for a convenience. */
const patienceMs = 3_000;

/** Names that are reserved for documentation and tests, where no server answers. Source: RFC 2606, RFC 6761. */
export const reservedHost: RegExp = /(?:^|\.)(?:example\.(?:com|net|org)|example|invalid|test)$/i;

/**
 * The forge of a clone, each read tried once.
 *
 * The address comes from the clone, which is not trusted: a token goes only to the forge whose job this is, and GITHUB_TOKEN to github.com.
 */
export async function openForge(
  place: ForgePlace,
  { env, clock }: { readonly env: Environment; readonly clock: Clock },
): Promise<OpenedForge> {
  const value = tokenFor(place, env);
  const { hostname, origin } = new URL(place.url);
  if (reservedHost.test(hostname))
    return { kind: "closed", why: `${hostname} is a name for documentation`, fix: "give the forge's own --url" };
  if (place.kind === "github" && value === undefined)
    return {
      kind: "closed",
      why: `there is no token that belongs to ${hostname}`,
      fix:
        origin === "https://github.com"
          ? "set GITHUB_TOKEN, with actions, checks, contents and packages to read"
          : `set GITHUB_TOKEN, and GITHUB_SERVER_URL=${origin}, which says whose it is`,
    };
  const token = value === undefined ? undefined : secret(value);
  return { kind: "open", forge: await askedOnce({ ...place, token }, { env, clock }) };
}

/** A forge whose reads are each tried once, for questions whose answers are a convenience. */
export async function askedOnce(
  { kind, ...place }: ForgePlace & { readonly api?: string | undefined; readonly token: Secret | undefined },
  { env, clock }: { readonly env: Environment; readonly clock: Clock },
): Promise<Forge> {
  const deadlines = { connectMs: patienceMs, headersMs: patienceMs, totalMs: patienceMs };
  const http = createHttp({ send: senderOf({}, env), clock, deadlines });
  const retry = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 };
  const options = { ...place, http, clock, report: ignoreEvents, retry };
  return kind === "github"
    ? (await import("@lateen/gate/github")).createGitHubForge(options)
    : (await import("@lateen/gate/gitea")).createGiteaForge(options);
}

function tokenFor({ kind, url }: ForgePlace, env: Environment): string | undefined {
  const { origin } = new URL(url);
  const ambient = env["GITHUB_SERVER_URL"];
  const isOwn = ambient !== undefined && URL.canParse(ambient) && new URL(ambient).origin === origin;
  if (!isOwn && origin !== "https://github.com") return undefined;
  const names = kind === "github" ? ["GITHUB_TOKEN"] : ["GITEA_TOKEN", "GITHUB_TOKEN"];
  return names.map((name) => env[name]?.trim()).find((each) => each !== undefined && each !== "");
}
