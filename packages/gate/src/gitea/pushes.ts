import {
  absent,
  type CommitSha,
  found,
  isShaPrefix,
  type Reading,
  sameCommit,
  unknown,
  toReading,
} from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import { tryJson } from "../forge/try-json.ts";
import type { Push } from "../ports/pushes.ts";
import type { Client } from "./client.ts";
import { resolveCommit } from "./commits.ts";
import { pageSize } from "./read-pages.ts";
import { activitiesSchema, pushContentSchema } from "./wire.ts";

/** Maximum pages of 50 activities searched: some days on a busy repository. */
const mostPages = 20;

/** The login of pushes made with the token that Gitea gives to jobs. Source: Gitea's `models/user`, `NewActionsUser`. */
const workflowUser = "gitea-actions";

/** The push that made a commit the head of a branch, from the repository's activities. */
export function readPush(
  client: Client,
  commit: CommitSha,
  branch: string,
  signal?: AbortSignal,
): Promise<Reading<Push>> {
  return toReading(async () => {
    for (let page = 1; page <= mostPages; page++) {
      const path = `/activities/feeds?page=${page}&limit=${pageSize}`;
      const { value } = await client.get(path, { schema: activitiesSchema, what: "a list of activities" }, signal);
      if (value.length === 0) return absent(`the forge remembers no push of ${commit} to ${branch}`);
      for (const activity of value) {
        const push =
          activity.op_type === "commit_repo" && isBranch(activity.ref_name, branch)
            ? pushOf(activity.content, commit)
            : undefined;
        if (push !== undefined) return completePush(client, { ...push, pusher: activity.login }, commit, signal);
      }
    }
    return unknown(
      unclearError("FORGE_PUSH_TOO_OLD", {
        message: `the push of ${commit} is not among the last ${mostPages * pageSize} activities`,
        why: client.urlOf("/activities/feeds"),
        fix: "run in the job that the push started, whose event names the commit before it",
      }),
    );
  });
}

function isBranch(ref: string, branch: string): boolean {
  return ref === branch || ref === `refs/heads/${branch}`;
}

interface RawPush {
  readonly before: string | undefined;
  readonly pusher: string;
}

function pushOf(content: string, commit: CommitSha): Omit<RawPush, "pusher"> | undefined {
  const parsed = pushContentSchema.safeParse(tryJson(content));
  if (!parsed.success) return undefined;
  const { CompareURL: compareUrl, HeadCommit: head, Commits: commits } = parsed.data;
  const [, before, after] = /([0-9a-f]{7,40})\.{3}([0-9a-f]{7,40})$/.exec(compareUrl) ?? [];
  const newest = after ?? head?.Sha1 ?? commits[0]?.Sha1 ?? "";
  return sameCommit(newest, commit) ? { before } : undefined;
}

async function completePush(
  client: Client,
  { before, pusher }: RawPush,
  after: CommitSha,
  signal?: AbortSignal,
): Promise<Reading<Push>> {
  const byWorkflowToken = pusher === "" ? undefined : pusher === workflowUser;
  if (before === undefined || !isShaPrefix(before) || /^0+$/.test(before))
    return found({ before: undefined, after, pusher, byWorkflowToken });
  const resolved = await resolveCommit(client, before, signal);
  if (resolved.kind !== "found") return resolved;
  return found({ before: resolved.value, after, pusher, byWorkflowToken });
}
