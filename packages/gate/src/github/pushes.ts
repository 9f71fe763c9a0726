import { absent, type CommitSha, found, parseCommitSha, type Reading, sameCommit } from "@lateen/kernel";

import { readSafely } from "../read-safely.ts";
import type { Push } from "../pushes.ts";
import type { Client } from "./client.ts";
import { activitiesSchema } from "./wire.ts";

/** Who pushes with the token that GitHub gives to jobs; such pushes start no workflows. */
const workflowUser = "github-actions[bot]";

/** The path of the activities of a branch: https://docs.github.com/en/rest/repos/repos#list-repository-activities. */
export function activityPath(branch: string): string {
  return `/activity?ref=${encodeURIComponent(`refs/heads/${branch}`)}&per_page=100`;
}

/** The push that made a commit the head of a branch. */
export function readPush(
  client: Client,
  commit: CommitSha,
  branch: string,
  signal?: AbortSignal,
): Promise<Reading<Push>> {
  return readSafely(async () => {
    const pages = await client.pages(
      activityPath(branch),
      { schema: activitiesSchema, what: "a list of activities" },
      signal,
    );
    const activity = pages.flat().find(({ after, ref }) => sameCommit(after, commit) && ref === `refs/heads/${branch}`);
    if (activity === undefined) return absent(`the forge remembers no push of ${commit} to ${branch}`);
    const { actor, before } = activity;
    const pusher = actor?.login ?? "";
    const isCommit = /^[0-9a-f]{40}$/i.test(before) && !/^0+$/.test(before);
    const byWorkflowToken = pusher === "" ? undefined : pusher === workflowUser;
    return found({ before: isCommit ? parseCommitSha(before) : undefined, after: commit, pusher, byWorkflowToken });
  });
}
