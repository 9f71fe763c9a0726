import { type CommitSha, isShaPrefix, parseCommitSha, systemCode } from "@lateen/kernel";
import { type Environment, isRecord } from "../config/layers.ts";
import type { Files } from "../io/files.ts";
import { cliError } from "../config/errors.ts";

/** Facts of the job's event about the commit. */
export interface EventPayload {
  /** `workflow_run.head_sha`. */
  readonly workflowRunSha?: string | undefined;
  /** Event of the run that started this one, if that is not a push of this repository: then its `head_sha` is not a commit that was built. */
  readonly foreignRun?: string | undefined;
  /** The input `sha` of a dispatch. */
  readonly inputSha?: string | undefined;
  /** `before` of a push to `after`. */
  readonly push?: { readonly before: string; readonly after: string; readonly ref?: string | undefined } | undefined;
}

/**
 * Reads the event file of a job; outside of one it is empty.
 * @throws ReleaseError `EVENT_UNREADABLE` if the file is named and cannot be understood
 */
export function readEventPayload(env: Environment, files: Files): EventPayload {
  const path = env["GITHUB_EVENT_PATH"] ?? "";
  if (path === "") return {};
  const event = parse(path, files);
  const run = isRecord(event["workflow_run"]) ? event["workflow_run"] : {};
  const inputs = isRecord(event["inputs"]) ? event["inputs"] : {};
  const { before, after, ref } = event;
  return {
    workflowRunSha: text(run["head_sha"]),
    foreignRun: foreignRun(run, event["repository"]),
    inputSha: text(inputs["sha"]),
    push: typeof before === "string" && typeof after === "string" ? { before, after, ref: text(ref) } : undefined,
  };
}

/**
 * A pull request of a fork may come from a branch called main, and a run that a `workflow_run` started is of the tip of the default
 * branch, whatever was built.
 */
function foreignRun(run: Record<string, unknown>, repository: unknown): string | undefined {
  const event = text(run["event"]);
  if (event !== undefined && (event === "workflow_run" || event.startsWith("pull_request"))) return `a ${event} event`;
  const [head, own] = [run["head_repository"], repository].map((one) =>
    isRecord(one) ? text(one["full_name"]) : undefined,
  );
  return head !== undefined && own !== undefined && head !== own ? `the repository ${head}` : undefined;
}

/** The commit that the branch was on before the push of `commit`; undefined if the event is not that push. */
export function pushBefore(payload: EventPayload, commit: CommitSha, branch: string): CommitSha | undefined {
  const { push } = payload;
  if (push === undefined || push.after.toLowerCase() !== commit) return undefined;
  // The same commit may have been pushed to another branch, or as a tag: that push has another base.
  if (push.ref !== undefined && push.ref !== `refs/heads/${branch}`) return undefined;
  // Forty zeros stand for a new branch: then nothing was before.
  return isShaPrefix(push.before) && push.before.length === 40 && !/^0+$/.test(push.before)
    ? parseCommitSha(push.before)
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function parse(path: string, files: Files): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(files.read(path));
    if (isRecord(value)) return value;
    throw new Error("it is not an object");
  } catch (cause) {
    throw cliError("EVENT_UNREADABLE", "input", {
      message: `the event file ${path} cannot be read`,
      why: `GITHUB_EVENT_PATH: ${systemCode(cause)}`,
      fix: "give the commit with --sha",
      cause,
    });
  }
}
