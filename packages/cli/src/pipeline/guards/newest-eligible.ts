import { type CommitSha, go, parseCommitSha, stop, type Verdict } from "@lateen/kernel";
import { configMissing } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import { passSupersession } from "./guards.ts";

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
  const base = from === undefined ? await releasedCommit(job) : go(parseCommitSha(from));
  if (base.kind === "stop") return { ...base, value: undefined };
  if (base.value !== undefined && supersession !== false) {
    const verdict = await passSupersession(job, { commit: base.value });
    if (verdict.kind === "go") return go(undefined, verdict.evidence);
    const newer = verdict.value?.supersededBy;
    return newer === undefined ? { ...verdict, value: undefined } : go(parseCommitSha(newer), verdict.evidence);
  }
  const head = await forge.head(section.branch, job.signal);
  if (head.kind !== "found") {
    const why = head.kind === "unknown" ? head.cause.message : head.proof;
    return stop({ outcome: "unknown", code: "BRANCH_UNKNOWN", reason: `${section.branch} could not be read: ${why}` });
  }
  return go(head.value === base.value ? undefined : head.value);
}

async function releasedCommit(job: Job): Promise<Verdict<CommitSha | undefined>> {
  const [target] = job.settings.config.promote?.targets ?? [];
  if (target === undefined) return go(undefined);
  const head = await (await job.wiring.ledger(target.name)).read(job.signal);
  if (head.kind === "unknown")
    return stop({ outcome: "unknown", code: "LEDGER_UNREADABLE", reason: head.cause.message });
  return go(head.kind === "found" ? head.value.entry.commit : undefined);
}
