import { absent, found, parseCommitSha, ReleaseError, unknown } from "@lateen/kernel";
import type { AbsenceDoubt, AbsenceFacts } from "../../src/absence/decide-absence.ts";

/** One row: what differs from {@link provenAbsence}, and the doubt that it raises; `proven` where it raises none. */
export interface AbsenceRow {
  readonly name: string;
  readonly facts: Partial<AbsenceFacts>;
  readonly answer: AbsenceDoubt | "proven";
}

const before = parseCommitSha("a".repeat(40));
const commit = parseCommitSha("b".repeat(40));
const unreadable = unknown(new ReleaseError({ code: "HTTP_TIMEOUT", category: "unavailable", message: "no answer within 30s" }));
const none = absent("not there");
const push = { before, after: commit, pusher: "mona", byWorkflowToken: false };
const difference = { files: ["docs/a.md"], truncated: false };
const workflow = { path: ".github/workflows/e2e.yml", name: "E2E", state: "active" };
const empty = (at: number) => ({ at, runs: found(0) });

/** Facts that prove that the path filter is why there is no run. */
export const provenAbsence: AbsenceFacts = {
  engine: "github",
  commit,
  branch: "main",
  event: "push",
  looks: [empty(0), empty(90_000)],
  settleMs: 90_000,
  delivered: found("CI / build (push)"),
  registered: found(workflow),
  trigger: found({ branches: ["main"], paths: ["src/**"] }),
  push: found(push),
  ancestry: found("ahead"),
  difference: found(difference),
  message: found("docs: say more"),
};

/** Facts that prove that a run is missing because of the path filter, and facts that do not. */
export const absenceTable: readonly AbsenceRow[] = [
  { name: "everything known, no file matches", facts: {}, answer: "proven" },
  { name: "three empty looks", facts: { looks: [empty(0), empty(45_000), empty(90_000)] }, answer: "proven" },
  { name: "paths-ignore takes all files", facts: { trigger: found({ "paths-ignore": ["docs/**"] }) }, answer: "proven" },
  { name: "a file matches", facts: { difference: found({ ...difference, files: ["docs/a.md", "src/a.ts"] }) }, answer: "would-run" },
  { name: "no path filter", facts: { trigger: found({ branches: ["main"] }) }, answer: "would-run" },
  { name: "not a push", facts: { event: "workflow_dispatch" }, answer: "other-event" },
  { name: "no look", facts: { looks: [] }, answer: "not-settled" },
  { name: "one look", facts: { looks: [empty(90_000)] }, answer: "not-settled" },
  { name: "two looks too close", facts: { looks: [empty(0), empty(89_999)] }, answer: "not-settled" },
  { name: "a look failed", facts: { looks: [empty(0), { at: 60_000, runs: unreadable }, empty(90_000)] }, answer: "listing-unknown" },
  { name: "a run in the second look", facts: { looks: [empty(0), { at: 90_000, runs: found(1) }] }, answer: "run-seen" },
  { name: "a run in the first look only", facts: { looks: [{ at: 0, runs: found(1) }, empty(90_000), empty(180_000)] }, answer: "run-seen" },
  { name: "workflow file unreadable", facts: { trigger: unreadable }, answer: "trigger-unknown" },
  { name: "no workflow file, or none for push", facts: { trigger: none }, answer: "not-on-push" },
  { name: "runs on another branch", facts: { trigger: found({ branches: ["release/**"], paths: ["src/**"] }) }, answer: "other-branch" },
  { name: "runs for tags only", facts: { trigger: found({ tags: ["v*"], paths: ["src/**"] }) }, answer: "other-branch" },
  { name: "a pattern that no forge explains", facts: { trigger: found({ paths: ["[!a]"] }) }, answer: "trigger-unknown" },
  { name: "disabled by hand", facts: { registered: found({ ...workflow, state: "disabled_manually" }) }, answer: "not-enabled" },
  { name: "disabled for inactivity", facts: { registered: found({ ...workflow, state: "disabled_inactivity" }) }, answer: "not-enabled" },
  { name: "a state that does not exist yet", facts: { registered: found({ ...workflow, state: "paused" }) }, answer: "not-enabled" },
  { name: "state without a word", facts: { registered: found({ ...workflow, state: "" }) }, answer: "not-enabled" },
  { name: "state unreadable", facts: { registered: unreadable }, answer: "not-enabled" },
  { name: "GitHub does not know the workflow", facts: { registered: none }, answer: "not-enabled" },
  { name: "Gitea without a call for the state", facts: { registered: none, engine: "gitea" }, answer: "proven" },
  { name: "push unreadable", facts: { push: unreadable }, answer: "push-unknown" },
  { name: "no such push", facts: { push: none }, answer: "push-unknown" },
  { name: "not the head of its push", facts: { push: found({ ...push, after: before }) }, answer: "push-unknown" },
  { name: "a new branch", facts: { push: found({ ...push, before: undefined }) }, answer: "new-branch" },
  { name: "pushed with a workflow's token", facts: { push: found({ ...push, byWorkflowToken: true }) }, answer: "workflow-token" },
  { name: "token unknown, another run seen", facts: { push: found({ ...push, byWorkflowToken: undefined }) }, answer: "proven" },
  { name: "token unknown, nothing else ran", facts: { push: found({ ...push, byWorkflowToken: undefined }), delivered: none }, answer: "not-delivered" },
  { name: "token unknown, runs unreadable", facts: { push: found({ ...push, byWorkflowToken: undefined }), delivered: unreadable }, answer: "not-delivered" },
  { name: "nothing else ran, the push is seen", facts: { delivered: none }, answer: "proven" },
  { name: "forced push", facts: { ancestry: found("diverged") }, answer: "rewritten" },
  { name: "branch was set back", facts: { ancestry: found("behind") }, answer: "rewritten" },
  { name: "nothing was pushed", facts: { ancestry: found("identical") }, answer: "rewritten" },
  { name: "ancestry unreadable", facts: { ancestry: unreadable }, answer: "rewritten" },
  { name: "before is no commit any more", facts: { ancestry: none }, answer: "rewritten" },
  { name: "changes unreadable", facts: { difference: unreadable }, answer: "changes-unknown" },
  { name: "changes not there", facts: { difference: none }, answer: "changes-unknown" },
  { name: "files not named", facts: { difference: found({ ...difference, files: undefined }) }, answer: "changes-unknown" },
  { name: "list of files cut off", facts: { difference: found({ ...difference, truncated: true }) }, answer: "changes-truncated" },
  { name: "no file changed", facts: { difference: found({ ...difference, files: [] }) }, answer: "trigger-unknown" },
  { name: "[skip ci]", facts: { message: found("docs: say more [skip ci]") }, answer: "skip-token" },
  { name: "skip-checks trailer", facts: { message: found("docs\n\n\nskip-checks: true") }, answer: "skip-token" },
  { name: "message unreadable", facts: { message: unreadable }, answer: "skip-token" },
  { name: "message not there", facts: { message: none }, answer: "skip-token" },
];
