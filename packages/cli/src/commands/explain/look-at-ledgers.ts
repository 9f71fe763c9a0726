import { asReleaseError, type CommitSha, type Evidence, isFatal, isoNow, plainText } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import type { TargetConfig } from "../../config/config.ts";
import { decideShipped, type Shipped } from "./decide-shipped.ts";
import type { Job } from "../../job/job.ts";
import { short } from "../../output/text/line.ts";
import { toSeconds } from "../../output/text/times.ts";

/** State of a commit in the ledger of one target. */
export interface TargetHistory {
  readonly target: string;
  /** `unread` also where the ledger could not be read. */
  readonly shipped: Shipped;
  readonly evidence: Evidence;
}

/** So far back is looked for a commit; one entry is a release. */
const mostEntries = 1000;

/** Reads the ledger of every target, each by itself: one that cannot be read hides nothing of the others. */
export async function lookAtLedgers(job: Job, commit: CommitSha): Promise<readonly TargetHistory[]> {
  const targets = job.settings.config.promote?.targets ?? [];
  return Promise.all(targets.map((target) => lookAtLedger(job, target, commit)));
}

async function lookAtLedger(job: Job, { name }: TargetConfig, commit: CommitSha): Promise<TargetHistory> {
  let source = `the ledger of ${name}`;
  const tell = (shipped: Shipped, fact: string): TargetHistory => ({
    target: name,
    shipped,
    evidence: { rule: "ledger", verdict: shipped.kind, fact, source, at: isoNow(job.wiring.clock) },
  });
  try {
    const ledger = await job.wiring.ledger(name);
    source = ledger.source;
    const entries = await ledger.entries(mostEntries, job.signal);
    if (entries.kind === "unknown") throw entries.cause;
    const shipped = decideShipped(entries.kind === "found" ? entries.value : [], commit);
    return tell(shipped, `${name}: ${describeShipped(shipped)}`);
  } catch (thrown) {
    if (isFatal(thrown)) throw thrown;
    return tell({ kind: "unread" }, `${name}: ${plainText(asReleaseError(thrown).message)}`);
  }
}

/** Describes the state of a commit in a ledger, in a sentence without its end. */
export function describeShipped(shipped: Shipped): string {
  switch (shipped.kind) {
    case "current":
      return `it shipped and is what is promoted; ${describeEntry(shipped.entry)}`;
    case "replaced":
      return `it shipped, and a later entry replaced it; ${describeEntry(shipped.entry)}; then ${short(shipped.by.entry.commit)} ${describeEntry(shipped.by)}`;
    case "rolled-back":
      return `it shipped, and was rolled back from; ${describeEntry(shipped.entry)}; then ${short(shipped.by.entry.commit)} ${describeEntry(shipped.by)}`;
    case "never":
      return shipped.newest === undefined
        ? "nothing was ever promoted"
        : `it was never promoted; the newest is ${short(shipped.newest.entry.commit)}, ${describeEntry(shipped.newest)}`;
    case "unread":
      return `the newest ${mostEntries} entries do not name it, and older ones were not read`;
  }
}

function describeEntry({ entry, position }: LedgerHead): string {
  const { kind, actor, at, reason, runUrl } = entry;
  const verb = kind === "rollback" ? "rolled back to" : "promoted";
  const run = runUrl === undefined ? "" : ` (${plainText(runUrl, 300)})`;
  return `${verb} by ${plainText(actor, 60)} at ${toSeconds(at)}, entry ${position} of the ledger: ${plainText(reason, 200)}${run}`;
}
