import type { Job } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { type CommitSha, type Release, memoize, parseCommitSha, type Reading, sameCommit } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";

/** Facts of the branch that several examinations need; each is read once, and with the first that asks. */
export interface Trunk {
  /** Head of the branch; undefined if no forge is configured. */
  head(): Promise<Reading<CommitSha> | undefined>;
  /** The newest entries of the first target's ledger; undefined if there is none. */
  promoted(): Promise<Reading<readonly LedgerHead[]> | undefined>;
  /** Commits of the branch, newest first, and what was promoted last; its head alone where no more can be read. */
  recent(): Promise<readonly CommitSha[]>;
}

export function openTrunk(job: Job): Trunk {
  const { forge, promote } = job.settings.config;
  const [target] = promote?.targets ?? [];
  const head = memoize(async () =>
    forge === undefined ? undefined : await (await job.wiring.forge()).head(forge.branch, job.signal),
  );
  const promoted = memoize(async () =>
    target === undefined ? undefined : await (await job.wiring.ledger(target.name)).entries(5, job.signal),
  );
  return { head, promoted, recent: memoize(() => readRecent(job, head, promoted)) };
}

/** An unreadable fact is left out: its own examination says so. */
async function readRecent(job: Job, head: Trunk["head"], promoted: Trunk["promoted"]): Promise<readonly CommitSha[]> {
  const { forge } = job.settings.config;
  const newest = await head().catch(() => undefined);
  const sha = newest?.kind === "found" ? newest.value : undefined;
  if (forge === undefined || sha === undefined) return [];
  const [newer, entries] = await Promise.all([
    job.wiring
      .forge()
      .then((reader) => reader.recent(forge.branch, 10, job.signal))
      .catch(() => undefined),
    promoted().catch(() => undefined),
  ]);
  const commits = newer?.kind === "found" ? newer.value.slice(0, 10).map((commit) => commit.sha) : [];
  const shipped = entries?.kind === "found" ? entries.value.map(({ entry }) => entry.commit) : [];
  const all = [sha, ...commits, ...shipped];
  return all.filter((one, index) => all.findIndex((other) => sameCommit(other, one)) === index);
}

/** The tag that the candidate of the branch's head has; of a commit that no one has where the head is not known. */
export async function candidateOfHead(trunk: Trunk, template: string): Promise<Release & { tag: string }> {
  const head = await trunk.head().catch(() => undefined);
  const sha = head?.kind === "found" ? head.value : parseCommitSha("0".repeat(40));
  return { sha, digests: {}, tag: candidateTag(template, sha) };
}
