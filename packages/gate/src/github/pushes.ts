import { absent, type CommitSha, found, parseCommitSha, type Reading, sameCommit, toReading } from "@lateen/kernel";
import type { Push } from "../ports/pushes.ts";
import type { Client } from "./client.ts";
import { activitiesSchema, type WireActivity } from "./wire.ts";

/** User of pushes made with the token that GitHub gives to jobs; such pushes start no workflows. */
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
  return toReading(async () => {
    const expected = { schema: activitiesSchema, what: "a list of activities" };
    for await (const activities of client.walk(activityPath(branch), expected, signal)) {
      const activity = activities.find(({ after, ref }) => sameCommit(after, commit) && ref === `refs/heads/${branch}`);
      if (activity !== undefined) return found(pushOf(activity, commit));
    }
    return absent(`the forge remembers no push of ${commit} to ${branch}`);
  });
}

function pushOf({ actor, before }: WireActivity, after: CommitSha): Push {
  const pusher = actor?.login ?? "";
  const isCommit = /^[0-9a-f]{40}$/i.test(before) && !/^0+$/.test(before);
  const byWorkflowToken = pusher === "" ? undefined : pusher === workflowUser;
  return { before: isCommit ? parseCommitSha(before) : undefined, after, pusher, byWorkflowToken };
}
