import {
  type CommitSha,
  isShaPrefix,
  parseCommitSha,
  plainText,
  type Reading,
  type ReleaseError,
} from "@lateen/kernel";
import type { Environment } from "../config/layers.ts";
import { type EventPayload, readEventPayload } from "./event-payload.ts";
import type { Files } from "../io/files.ts";
import { cliError } from "../config/errors.ts";

/** A commit as it was named, and by what. */
export interface NamedCommit {
  readonly text: string;
  /** `--sha`, `GITHUB_SHA` or the place in the event. */
  readonly source: string;
}

/** Turns an abbreviated commit id into the full one. */
export type ResolveCommit = (prefix: string, signal?: AbortSignal) => Promise<Reading<CommitSha>>;

/**
 * The commit that a command is about: `--sha`, else `LATEEN_SHA`, else the event payload, else `GITHUB_SHA`; undefined if
 * nothing names one.
 *
 * On a `workflow_run` event `GITHUB_SHA` is the tip of the default branch, not the commit that was built, so it is never
 * used there. Source: docs.github.com, "Events that trigger workflows", workflow_run.
 * @throws ReleaseError `COMMIT_UNCLEAR`, `EVENT_UNREADABLE`
 */
export function namedCommit(flag: string | undefined, env: Environment, files: Files): NamedCommit | undefined {
  if (flag !== undefined) return { text: flag.trim(), source: "--sha" };
  const own = (env["LATEEN_SHA"] ?? "").trim();
  if (own !== "") return { text: own, source: "LATEEN_SHA" };
  const payload = readPayload(env, files);
  const event = env["GITHUB_EVENT_NAME"] ?? "";
  if (payload.foreignRun !== undefined)
    throw unclear(
      `the run of this workflow_run event was started by ${payload.foreignRun}, so its head_sha names no commit that was built`,
      "workflow_run.event and workflow_run.head_repository of the event",
      "--sha, or run this job only if: github.event.workflow_run.event == 'push'",
    );
  if (payload.workflowRunSha !== undefined)
    return { text: payload.workflowRunSha, source: "workflow_run.head_sha of the event" };
  if (env["GITHUB_EVENT_NAME"] === "workflow_run") throw unclear("the workflow_run event carries no head_sha");
  if (payload.inputSha !== undefined) return { text: payload.inputSha, source: "the dispatch input sha" };
  const ambient = (env["GITHUB_SHA"] ?? "").trim();
  if (ambient !== "" && event.startsWith("pull_request") && event !== "pull_request_target")
    throw unclear(
      "GITHUB_SHA of a pull request is a merge preview, which is on no branch",
      `GITHUB_EVENT_NAME is ${plainText(event, 40)}`,
      "--sha, such as the pull request's head or the commit it was merged as",
    );
  return ambient === "" ? undefined : { text: ambient, source: "GITHUB_SHA" };
}

/** On a push, and only there, GITHUB_SHA says all that the event would say. */
function readPayload(env: Environment, files: Files): EventPayload {
  try {
    return readEventPayload(env, files);
  } catch (error) {
    if (env["GITHUB_EVENT_NAME"] === "push") return {};
    throw error;
  }
}

/**
 * The full id of the commit that is meant.
 *
 * @throws ReleaseError `COMMIT_UNCLEAR` (exit 2) if nothing names one, it is not an id, or no commit has it; the forge's own
 *   error (exit 4 or 7) where it cannot be resolved
 */
export async function resolveCommit(
  named: NamedCommit | undefined,
  resolve: ResolveCommit | undefined,
  signal?: AbortSignal,
): Promise<CommitSha> {
  if (named === undefined) throw unclear("no commit is named");
  const { text, source } = named;
  if (!isShaPrefix(text))
    throw unclear(
      `${JSON.stringify(plainText(text, 60))} (${source}) is not a commit SHA of 7 to 40 hexadecimal digits`,
    );
  if (text.length === 40) return parseCommitSha(text);
  if (resolve === undefined) throw unclear(`the short SHA ${text} (${source}) cannot be resolved without a forge`);
  const reading = await resolve(text.toLowerCase(), signal);
  if (reading.kind === "found") return reading.value;
  if (reading.kind === "absent")
    throw unclear(`no commit begins with ${text} (${source})`, reading.proof, source === "--to" ? source : undefined);
  throw reading.cause;
}

/** The commit if it is named in full, for a result that must not wait for the forge; undefined if it is unclear. */
export function fullCommit(name: () => NamedCommit | undefined): CommitSha | undefined {
  try {
    const { text = "" } = name() ?? {};
    return text.length === 40 && isShaPrefix(text) ? parseCommitSha(text) : undefined;
  } catch {
    return undefined;
  }
}

function unclear(message: string, why?: string, flag = "--sha"): ReleaseError {
  return cliError("COMMIT_UNCLEAR", "input", { message, why, fix: `give the full commit with ${flag}` });
}
