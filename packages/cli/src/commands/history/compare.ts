import { type CommitSha, type Evidence, isoNow, type Reading } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import { configMissing } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import { resolveCommit } from "../../job/resolve-commit.ts";
import { chooseTargets } from "../../pipeline/targets/choose-targets.ts";

/** Maximum entries searched for the two releases. */
const mostEntries = 1_000;

export interface CompareOptions {
  readonly from: string;
  readonly to: string;
  readonly target: string | undefined;
}

/** The digest of one repository in both releases. */
export interface DigestChange {
  readonly target: string;
  readonly repository: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Differences between two releases. */
export interface Comparison {
  readonly from: CommitSha;
  readonly to: CommitSha;
  /** Commits that `to` has and `from` has not, and the other way round. */
  readonly added: Reading<readonly CommitSha[]>;
  readonly removed: Reading<readonly CommitSha[]>;
  readonly isTruncated: boolean;
  readonly digests: readonly DigestChange[];
  /** Of either commit: the targets whose ledgers do not name it. */
  readonly unreleased: readonly { readonly commit: CommitSha; readonly target: string }[];
  readonly subjects: ReadonlyMap<string, string>;
  readonly evidence: readonly Evidence[];
}

/** Compares the newest entries of two commits in every ledger, and the commits between them. @throws ReleaseError */
export async function compareReleases(job: Job, { from, to, target }: CompareOptions): Promise<Comparison> {
  const { forge: section } = job.settings.config;
  if (section === undefined) throw configMissing("forge");
  const forge = await job.wiring.forge();
  const targets = chooseTargets(job, target);
  const ledgers = await Promise.all(targets.map(({ name }) => job.wiring.ledger(name)));
  job.wiring.demandSecrets();
  const resolve: typeof forge.resolve = (prefix, signal) => forge.resolve(prefix, signal);
  const commitOf = (text: string): Promise<CommitSha> =>
    resolveCommit({ text, source: "history" }, resolve, job.signal);
  const [a, b] = [await commitOf(from), await commitOf(to)];
  const digests: DigestChange[] = [];
  const unreleased: { commit: CommitSha; target: string }[] = [];
  const evidence: Evidence[] = [];
  for (const [at, { name }] of targets.entries()) {
    const ledger = ledgers[at];
    const reading = await ledger?.entries(mostEntries, job.signal);
    if (ledger === undefined || reading === undefined) continue;
    if (reading.kind === "unknown") throw reading.cause;
    const entries = reading.kind === "found" ? reading.value : [];
    const [older, newer] = [a, b].map((commit) => entries.find(({ entry }) => entry.commit === commit));
    for (const [commit, head] of [
      [a, older],
      [b, newer],
    ] as const)
      if (head === undefined) unreleased.push({ commit, target: name });
    digests.push(...changes(name, older, newer));
    const fact = `${name}: ${describe(older)} against ${describe(newer)}`;
    evidence.push({ rule: "ledger", verdict: "read", fact, source: ledger.source, at: isoNow(job.wiring.clock) });
  }
  const [added, removed] = [await forge.between(a, b, job.signal), await forge.between(b, a, job.signal)];
  const recent = await forge.recent(section.branch, 100, job.signal);
  return {
    from: a,
    to: b,
    added: shasOf(added),
    removed: shasOf(removed),
    isTruncated: [added, removed].some((range) => range.kind === "found" && range.value.truncated),
    digests,
    unreleased,
    subjects: new Map(recent.kind === "found" ? recent.value.map(({ sha, subject }) => [sha, subject]) : []),
    evidence,
  };
}

function describe(head: LedgerHead | undefined): string {
  return head === undefined ? "no entry" : `entry ${head.position}`;
}

function shasOf(
  range: Reading<{ readonly commits: readonly { readonly sha: CommitSha }[] }>,
): Reading<readonly CommitSha[]> {
  return range.kind === "found" ? { kind: "found", value: range.value.commits.map(({ sha }) => sha) } : range;
}

function changes(
  target: string,
  older: LedgerHead | undefined,
  newer: LedgerHead | undefined,
): readonly DigestChange[] {
  const digestOf = (head: LedgerHead | undefined, repository: string): string | undefined =>
    head?.entry.images.find((image) => image.repository === repository)?.digest;
  const repositories = new Set(
    [older, newer].flatMap((head) => head?.entry.images.map((image) => image.repository) ?? []),
  );
  return [...repositories].map((repository) => ({
    target,
    repository,
    from: digestOf(older, repository),
    to: digestOf(newer, repository),
  }));
}
