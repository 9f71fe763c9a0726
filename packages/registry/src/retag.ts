import {
  type Evidence,
  go,
  type ImageRef,
  isoNow,
  type NonEmpty,
  type ReleaseError,
  type StopOutcome,
  type Verdict,
} from "@lateen/kernel";
import { inFull, registryStop } from "./errors.ts";
import { decideRetag } from "./retag/decide-retag.ts";
import { copyToGroups } from "./retag/bring-missing.ts";
import { readRetag, type RetagFacts } from "./retag/read.ts";
import type { RetagInput, RetagPorts, RetagReport } from "./retag/report.ts";
import { groupTargets, type TargetGroup } from "./retag/targets.ts";
import { planTags, writeTags, type WrittenTag } from "./retag/write.ts";

/**
 * Points tags at the digest that `source` names and proves that they name it: source and tags are read together, tags that are right
 * are left alone, content is copied where a tag lives elsewhere, and every written tag is read back until it is stable.
 *
 * @returns go with the report, or stop: `refused` (no such source, not movable), `unknown` (something cannot be read or fails its
 * integrity check, nothing was written), `partial` (written, but not every tag is right; the report is its value)
 * @throws ReleaseError of category `auth` if nothing was written, `input` for references that name no host or tag and for a missing
 * package, `interrupted`
 * @example
 * ```ts
 * const registries = openRegistries({ env: process.env });
 * const source = parseImageRef("ghcr.io/acme/platform:staging-abcdef1");
 * const verdict = await retag({ source, targets: ["latest"] }, { registries, clock: systemClock });
 * ```
 */
export async function retag(input: RetagInput, ports: RetagPorts, signal?: AbortSignal): Promise<Verdict<RetagReport>> {
  const { source } = input;
  const groups = groupTargets(source, input.targets);
  for (const { repository } of groups) ports.registries.expectWrites?.(repository);
  const facts = await readRetag(source, groups, ports, signal);
  const obstacle = findObstacle(source, facts, ports);
  if (obstacle !== undefined) return obstacle;
  if (facts.digest.kind !== "found") throw new TypeError("a source without digest is an obstacle");
  const planned = planTags(facts.digest.value, facts.current);
  const evidence: NonEmpty<Evidence> = [
    evidenceOf(ports, "source", "found", `${nameOf(source)} is ${facts.digest.value}`, source.repository),
  ];
  const copied = await copyToGroups(
    { source, groups, planned, facts, referrers: input.referrers === true },
    ports,
    signal,
  );
  if (copied.kind === "stop") return { ...copied, evidence: [...evidence, ...copied.evidence] };
  const { bringAgain } = copied;
  const written = await writeTags(planned, facts, { settleMs: input.settleMs, bringAgain, ...ports }, signal);
  return conclude(input, groups, written, [...evidence, ...copied.evidence], copied.repositories, ports);
}

/** The first thing that forbids the write; what only a person can fix (credentials, a missing package) is an error, not an unknown. */
function findObstacle(source: ImageRef, facts: RetagFacts, ports: RetagPorts): Verdict<never> | undefined {
  const { digest } = facts;
  if (digest.kind === "absent")
    return obstacle(ports, {
      outcome: "refused",
      code: "SOURCE_ABSENT",
      reason: `${nameOf(source)} does not exist`,
      fact: digest.proof,
      source: source.repository,
    });
  if (digest.kind === "unknown") return unreadable(ports, digest.cause, nameOf(source));
  for (const { repository, tag, reading } of facts.current) {
    if (reading.kind === "unknown") return unreadable(ports, reading.cause, `${repository}:${tag}`);
  }
  return undefined;
}

function unreadable(ports: RetagPorts, cause: ReleaseError, name: string): Verdict<never> {
  if (cause.category === "auth" || cause.category === "input") throw cause;
  const outcome = cause.category === "state" ? "refused" : "unknown";
  const reason = `${name}: ${inFull(cause)}`;
  return obstacle(ports, { outcome, code: cause.code, reason, fact: cause.why ?? cause.message, source: name });
}

function obstacle(
  ports: RetagPorts,
  {
    outcome,
    code,
    reason,
    fact,
    source,
  }: { outcome: StopOutcome; code: string; reason: string; fact: string; source: string },
): Verdict<never> {
  return registryStop({ outcome, code, reason, evidence: [evidenceOf(ports, "source", outcome, fact, source)] });
}

function conclude(
  input: RetagInput,
  groups: readonly TargetGroup[],
  written: readonly WrittenTag[],
  evidence: NonEmpty<Evidence>,
  copied: ReadonlySet<string>,
  ports: RetagPorts,
): Verdict<RetagReport> {
  const report = reportOf(input.source, groups, written, copied);
  const outcome = decideRetag(written.map((tag) => ({ action: tag.row.action, failure: failureOf(tag) })));
  const proofs = written.map(({ row, repository }) =>
    evidenceOf(ports, "tag", row.action, describe(row), `${repository}:${row.tag}`),
  );
  const all: NonEmpty<Evidence> = [...evidence, ...proofs];
  if (outcome === "done" || outcome === "unchanged") return go(report, all);
  const denied = written.find((tag) => tag.cause?.category === "auth")?.cause;
  if (outcome !== "partial" && denied !== undefined) throw denied;
  const bad = written
    .filter(({ row }) => row.reason !== undefined)
    .map(({ row, repository }) => `${repository}:${row.tag}: ${row.reason ?? ""}`);
  const code = outcome === "partial" ? "TAGS_UNSETTLED" : "TAGS_NOT_WRITTEN";
  return registryStop({ outcome, code, reason: bad.join("; "), evidence: all, value: report });
}

function failureOf(tag: WrittenTag): "refused" | "unavailable" | undefined {
  if (tag.cause === undefined) return undefined;
  return tag.cause.category === "unavailable" || tag.cause.category === "interrupted" ? "unavailable" : "refused";
}

function reportOf(
  source: ImageRef,
  groups: readonly TargetGroup[],
  written: readonly WrittenTag[],
  copied: ReadonlySet<string>,
): RetagReport {
  const digest = written[0]?.wanted;
  if (digest === undefined) throw new TypeError("a retag has at least one tag");
  const images = groups.map(({ repository }) => ({
    repository,
    candidate: source.digest ?? source.tag ?? "",
    digest,
    copied: copied.has(repository),
    tags: written.filter((tag) => tag.repository === repository).map((tag) => tag.row),
  }));
  return {
    source,
    digest,
    images,
    changed: written.some(({ row }) => row.action !== "unchanged" && row.action !== "refused"),
  };
}

function describe({ action, before, after }: WrittenTag["row"]): string {
  return action === "unchanged"
    ? `names ${before ?? ""} already`
    : `from ${before ?? "nothing"} to ${after ?? "nothing seen"}`;
}

function evidenceOf(ports: RetagPorts, rule: string, verdict: string, fact: string, source: string): Evidence {
  return { rule, verdict, fact, source, at: isoNow(ports.clock) };
}

function nameOf(source: ImageRef): string {
  return source.digest === undefined
    ? `${source.repository}:${source.tag ?? ""}`
    : `${source.repository}@${source.digest}`;
}
