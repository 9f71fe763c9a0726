import { type CommitSha, go, parseCommitSha, stop, type Verdict } from "@lateen/kernel";
import { configMissing } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import { evidence } from "../evidence.ts";
import { asked, passSupersession } from "./guards.ts";

/**
 * The newest commit of the branch that could take over from `from`, by the rules of `supersession`; undefined if there is none.
 *
 * @param from - What is released now. @default what the ledger says; without an entry the tip of the branch is the answer
 * @throws ReleaseError `CONFIG_MISSING` without `forge`
 */
export async function newestEligible(job: Job, from?: string): Promise<Verdict<CommitSha | undefined>> {
  const { forge: section, supersession } = job.settings.config;
  if (section === undefined) throw configMissing("forge");
  const forge = await job.wiring.forge();
  const base =
    from === undefined
      ? await releasedCommit(job)
      : go(parseCommitSha(from), [evidence(job, "ledger", "found", `${from} is released`, "the caller")]);
  if (base.kind === "stop") return { ...base, value: undefined };
  if (base.value !== undefined && supersession !== false) {
    const verdict = asked(job, "supersession", await passSupersession(job, { commit: base.value }));
    if (verdict.kind === "go") return go(undefined, verdict.evidence);
    const newer = verdict.value?.supersededBy;
    if (newer === undefined) return { ...verdict, value: undefined };
    const fact = `${newer} could take over`;
    return go(parseCommitSha(newer), [evidence(job, "supersession", "found", fact, section.url), ...verdict.evidence]);
  }
  const head = await forge.head(section.branch, job.signal);
  if (head.kind !== "found") {
    const why = head.kind === "unknown" ? head.cause.message : head.proof;
    return stop({ outcome: "unknown", code: "BRANCH_UNKNOWN", reason: `${section.branch} could not be read: ${why}` });
  }
  const fact = `${section.branch} is at ${head.value}`;
  return go(head.value === base.value ? undefined : head.value, [evidence(job, "branch", "found", fact, section.url)]);
}

async function releasedCommit(job: Job): Promise<Verdict<CommitSha | undefined>> {
  const [target] = job.settings.config.promote?.targets ?? [];
  if (target === undefined)
    return go(undefined, [evidence(job, "ledger", "none", "no ledger is configured", "the configuration")]);
  const ledger = await job.wiring.ledger(target.name);
  const head = await ledger.read(job.signal);
  if (head.kind === "unknown")
    return stop({ outcome: "unknown", code: "LEDGER_UNREADABLE", reason: head.cause.message });
  const commit = head.kind === "found" ? head.value.entry.commit : undefined;
  return go(commit, [evidence(job, "ledger", head.kind, `${commit ?? "nothing"} is released`, ledger.source)]);
}
