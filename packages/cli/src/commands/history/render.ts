import { plainText, type Reading } from "@lateen/kernel";
import type { PromotionInput } from "@lateen/promote";
import { rounded } from "../../output/text/times.ts";
import { table } from "../../output/answer.ts";
import type { ResultDocument } from "../../output/result.ts";
import { counted, short, shortDigest } from "../../output/text/line.ts";
import type { CommandResult } from "../command.ts";
import type { Comparison } from "./compare.ts";
import type { ReleaseHistory, TargetReleases } from "./run.ts";

type Release = NonNullable<ResultDocument["history"]>[number];

/** The end of `lateen history`. */
export function concludeHistory({ targets, subjects, evidence }: ReleaseHistory): CommandResult {
  const history = targets.flatMap((one) => releasesOf(one, subjects));
  const reason = history.length === 0 ? "the ledger has no entry yet" : `${counted(history.length, "release")} read`;
  const parts = targets.map(({ target, entries }) => {
    const own = history.filter((release) => release.target === target);
    const head = targets.length > 1 ? `target ${target}\n` : "";
    return `${head}${entries.length === 0 ? "the ledger has no entry yet" : table(own.map(rowOf))}`;
  });
  return { outcome: "ok", document: { reason, history, evidence }, answer: parts.join("\n\n") };
}

function releasesOf({ target, entries }: TargetReleases, subjects: ReadonlyMap<string, string>): readonly Release[] {
  return entries.map((head, at) => {
    const { id, position, entry } = head;
    const rolledBackBy = entries
      .slice(0, at)
      .findLast((later) => later.entry.kind === "rollback" && later.entry.from === entry.commit);
    return {
      position,
      target,
      commit: entry.commit,
      subject: subjects.get(entry.commit),
      kind: entry.kind,
      at: entry.at,
      actor: entry.actor,
      reason: entry.reason,
      run: entry.runUrl,
      entry: id,
      digests: Object.fromEntries(entry.images.map(({ repository, digest }) => [repository, digest])),
      rolledBackBy: rolledBackBy?.position,
      tookMs: entry.fleet.verified ? entry.fleet.tookMs : undefined,
      fleet: describeFleet(entry.fleet),
    };
  });
}

function describeFleet(fleet: NonNullable<PromotionInput["fleet"]>): string {
  if (!fleet.verified) return `not verified: ${fleet.reason}`;
  const { enumerated, verifiedTenants, ahead, tolerated } = fleet;
  const left = tolerated.length === 0 ? "" : `, ${tolerated.length} tolerated`;
  return `${verifiedTenants + ahead} of ${enumerated} verified${left}`;
}

function rowOf(release: Release): readonly string[] {
  const { position, at, commit, kind, subject = "", actor, reason = "", rolledBackBy, tookMs, fleet = "" } = release;
  const about = plainText(subject, 60);
  // What the pipeline writes by itself gives no reason.
  const why = reason === "" || reason === "promoted by the pipeline" ? "" : plainText(reason, 80);
  const what =
    kind === "rollback"
      ? `rolled back: ${why}${about === "" ? "" : ` (${about})`}`
      : [about, why].filter((part) => part !== "").join(": ");
  return [
    `#${position}`,
    at.slice(0, 16).replace("T", " "),
    short(commit),
    what,
    `by ${plainText(actor, 40)}`,
    tookMs === undefined ? "" : rounded(tookMs),
    rolledBackBy === undefined ? fleet : `${fleet}; rolled back by #${rolledBackBy}`,
  ];
}

/** The end of `lateen history A B`. */
export function concludeComparison(comparison: Comparison): CommandResult {
  const { from, to, added, removed, digests, unreleased, isTruncated, evidence } = comparison;
  const changed = digests.filter((one) => one.from !== one.to);
  const isUnknown = added.kind === "unknown" || removed.kind === "unknown";
  const counts = [countOf(added, "added"), countOf(removed, "removed")].join(", ");
  const reason = `${short(from)} → ${short(to)}: ${counts}, ${changed.length} of ${counted(digests.length, "digest")} differ`;
  const listOf = (commits: Comparison["added"]): readonly string[] | undefined =>
    commits.kind === "unknown" ? undefined : commits.kind === "found" ? commits.value : [];
  const document = { from, to, added: listOf(added), removed: listOf(removed), digests };
  return {
    outcome: isUnknown ? "unknown" : "ok",
    document: { reason, commit: to, comparison: document, evidence },
    answer: [
      reason,
      formatCommits("+", added, comparison),
      formatCommits("-", removed, comparison),
      isTruncated ? "the forge lists no more commits than these" : "",
      table(digests.map((one) => [one.target, one.repository, digestColumn(one)])),
      unreleased.map(({ commit, target }) => `${short(commit)} was never released to ${target}`).join("\n"),
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
  };
}

function countOf(commits: Reading<readonly string[]>, what: string): string {
  if (commits.kind === "unknown") return `an unknown number of commits ${what}`;
  return `${counted(commits.kind === "found" ? commits.value.length : 0, "commit")} ${what}`;
}

function formatCommits(sign: string, commits: Reading<readonly string[]>, { subjects }: Comparison): string {
  if (commits.kind === "unknown") return `${sign} unknown: ${plainText(commits.cause.message, 300)}`;
  if (commits.kind === "absent") return "";
  return commits.value
    .map((sha) => `${sign} ${short(sha)} ${plainText(subjects.get(sha) ?? "", 100)}`.trimEnd())
    .join("\n");
}

function digestColumn({ from, to }: Comparison["digests"][number]): string {
  return from === to ? `${shortDigest(to)}, the same` : `${shortDigest(from)} → ${shortDigest(to)}`;
}
