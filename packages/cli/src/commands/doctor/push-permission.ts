import { asReleaseError, parseJson, type Secret } from "@lateen/kernel";
import { z } from "zod";
import type { Job } from "../../job/job.ts";
import type { GitTrial } from "../../wiring/git-trials.ts";

const repositorySchema = z.object({ permissions: z.object({ push: z.boolean() }) });

/**
 * True if the forge says that a token's user may push.
 *
 * Gitea admits everyone who may read to `git receive-pack`, since a pull request may be made by a push, and asks for the right to
 * write when the push itself is there; a dry run passes. Its scope, in turn, is asked for at once. GitHub and plain git servers refuse
 * at once, so they are not asked.
 * Source: Gitea's `routers/web/repo/githttp.go` (`SupportProcReceive`) and `routers/private/hook_pre_receive.go`.
 */
export async function readPushPermission(
  job: Job,
  { remote, token }: Pick<GitTrial, "remote" | "token">,
): Promise<"granted" | "denied" | "unasked"> {
  const { forge } = job.settings.config;
  const repository = forge?.kind === "gitea" ? repositoryOf(remote, forge.url) : undefined;
  if (forge === undefined || repository === undefined || token === undefined) return "unasked";
  try {
    const url = `${forge.api}/repos/${repository}`;
    const response = await job.wiring.http.request({ url, headers: header(token), maxBytes: 1_048_576 }, job.signal);
    if (response.status !== 200) return "unasked";
    const { permissions } = parseJson(response, repositorySchema, "a repository");
    return permissions.push ? "granted" : "denied";
  } catch (thrown) {
    if (asReleaseError(thrown).category === "interrupted") throw thrown;
    return "unasked";
  }
}

function header(token: Secret): Readonly<Record<string, string>> {
  return { authorization: `token ${token.reveal()}` };
}

/** `owner/name` of a remote that is on the forge itself. */
function repositoryOf(remote: string, url: string): string | undefined {
  const base = `${url.replace(/\/$/, "")}/`;
  if (!remote.startsWith(base)) return undefined;
  const path = remote
    .slice(base.length)
    .replace(/\/$/, "")
    .replace(/\.git$/, "");
  return /^[\w.-]+\/[\w.-]+$/.test(path) ? path : undefined;
}
