import { type CommitSha, type Evidence, isoNow } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import type { Job } from "../../job/job.ts";
import { chooseTargets } from "../../pipeline/targets/choose-targets.ts";

/** Commits of the branch whose subjects are asked for: two pages of any forge. */
const mostSubjects = 100;

/** The releases of one target, newest first. */
export interface TargetReleases {
  readonly target: string;
  readonly entries: readonly LedgerHead[];
}

/** Every release that was asked for. */
export interface ReleaseHistory {
  readonly targets: readonly TargetReleases[];
  /** Subjects of commits, as far as the forge has them. */
  readonly subjects: ReadonlyMap<string, string>;
  readonly evidence: readonly Evidence[];
}

/** Reads the newest entries of the ledgers. @throws ReleaseError of a ledger that cannot be read, `USAGE` */
export async function readHistory(
  job: Job,
  { target, limit }: { readonly target: string | undefined; readonly limit: number },
): Promise<ReleaseHistory> {
  const targets: TargetReleases[] = [];
  const evidence: Evidence[] = [];
  for (const { name } of chooseTargets(job, target)) {
    const ledger = await job.wiring.ledger(name);
    job.wiring.demandSecrets();
    const reading = await ledger.entries(limit, job.signal);
    if (reading.kind === "unknown") throw reading.cause;
    const entries = reading.kind === "found" ? reading.value : [];
    targets.push({ target: name, entries });
    const fact = `${entries.length === 0 ? "no entry" : `the newest ${entries.length} entries`} of the ledger of ${name}`;
    evidence.push({ rule: "ledger", verdict: "read", fact, source: ledger.source, at: isoNow(job.wiring.clock) });
  }
  return { targets, subjects: await readSubjects(job), evidence };
}

/** Subjects are a courtesy: without a forge, or if it does not answer, the commits are shown without them. */
async function readSubjects(job: Job): Promise<ReadonlyMap<CommitSha, string>> {
  const { forge } = job.settings.config;
  if (forge === undefined) return new Map();
  const recent = await (await job.wiring.forge()).recent(forge.branch, mostSubjects, job.signal);
  if (recent.kind !== "found") return new Map();
  return new Map(recent.value.map(({ sha, subject }) => [sha, subject]));
}
