import { z } from "zod";
import type { Job } from "../../job/job.ts";
import type { GitTrial } from "../../wiring/git-trials.ts";
import { askApi } from "./ask-api.ts";

const repositorySchema = z.object({ permissions: z.object({ push: z.boolean() }) });

/** What a forge says of the right to push; `unasked` if it does not say, `unread` if it did not answer. */
export type PushPermission = "granted" | "denied" | "unasked" | "unread";

/**
 * Whether the forge says that a token's user may push.
 *
 * Gitea admits everyone who may read to `git receive-pack`, since a pull request may be made by a push, and asks for the right to
 * write when the push itself is there; a dry run passes. Its scope, in turn, is asked for at once. GitHub and plain git servers refuse
 * at once, so they are not asked.
 * Source: Gitea's `routers/web/repo/githttp.go` (`SupportProcReceive`) and `routers/private/hook_pre_receive.go`.
 */
export async function readPushPermission(
  job: Job,
  { remote, token }: Pick<GitTrial, "remote" | "token">,
): Promise<PushPermission> {
  const { forge } = job.settings.config;
  const repository = forge?.kind === "gitea" ? repositoryOf(remote, forge.url) : undefined;
  if (repository === undefined) return "unasked";
  const known = await askApi(job, `/repos/${repository}`, repositorySchema, token);
  if (known.kind !== "found") return known.kind === "absent" ? "unasked" : "unread";
  return known.value.permissions.push ? "granted" : "denied";
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
