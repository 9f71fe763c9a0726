import { plainText } from "@lateen/kernel";
import type { Rollout } from "../store/rollout.ts";

/** Longest reason in a message. */
const mostText = 1_000;

/**
 * Body of a webhook: `text` is for Slack, Mattermost and others; the rest is for programs.
 *
 * Text from outside is escaped as Slack wants it, so that it can mention no one and make no link.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function messageBody({ id, fleet, kind, sha, actor, outcome = "", result, endedAt }: Rollout): object {
  const commit = result?.commit ?? sha;
  const reason = plainText(result?.reason ?? "", mostText);
  const what = `${kind}${commit === undefined ? "" : ` of ${commit.slice(0, 12)}`}`;
  const code = (result as { readonly code?: string } | undefined)?.code;
  return {
    text: escaped(`${fleet}: ${what} ended ${outcome}${reason === "" ? "" : `: ${reason}`} (ordered by ${actor})`),
    type: "rollout.ended",
    timestamp: endedAt,
    data: { rollout: id, fleet, kind, commit, actor, outcome, code, reason },
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
