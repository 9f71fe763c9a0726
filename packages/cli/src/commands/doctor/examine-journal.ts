import { resolve } from "node:path";
import { inspectJournal } from "@lateen/fleet";
import { findJournalOwner } from "@lateen/fleet/journal-file";
import { sameCommit } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { type Examination, type Finding, well, gap, trouble } from "./finding.ts";
import type { Trunk } from "./trunk.ts";

/** The journal: can it be written, is it free, does it hold a rollout that is in the way. Nothing is made or taken. */
export function journalExaminations(job: Job, trunk: Trunk): readonly Examination[] {
  const { fleet } = job.settings.config;
  if (fleet === undefined) return [];
  const folder = resolve(job.settings.folder, fleet.journal);
  return [
    { check: "journal", look: () => lookAtFolder(job, folder) },
    { check: "journal", look: () => lookAtRollout(job, trunk) },
  ];
}

async function lookAtFolder(job: Job, folder: string): Promise<readonly Finding[]> {
  const check = "journal";
  if (!job.host.files.isWritable(folder))
    return [
      gap(
        check,
        `${folder} cannot be written`,
        "let the folder be writable, or point fleet.journal at one that is: no tenant moves without a journal",
      ),
    ];
  const owner = await findJournalOwner(folder);
  return owner === undefined
    ? [well(check, `${folder} can be written, and is not locked`)]
    : [trouble(check, `it is in use by ${owner}`, "wait for that rollout to end")];
}

/** A release continues the journal of its own commit; that of another one refuses it. */
async function lookAtRollout(job: Job, trunk: Trunk): Promise<readonly Finding[]> {
  const check = "journal";
  const status = await inspectJournal((await job.wiring.fleet()).journal);
  if (status === undefined) return [well(check, "it holds no rollout")];
  if (status.state !== "unfinished") return [well(check, `the last rollout ended: ${status.outcome ?? status.state}`)];
  const head = await trunk.head().catch(() => undefined);
  const isOther = head?.kind === "found" && !sameCommit(head.value, status.release.sha);
  return [
    {
      check,
      verdict: isOther ? "gap" : "warning",
      fact: `it holds an unfinished rollout of ${status.release.sha.slice(0, 7)}${isOther ? ", and refuses every other commit" : ""}`,
      fix: "continue it with lateen rollout --resume, or abandon it with lateen rollout --abandon",
    },
  ];
}
