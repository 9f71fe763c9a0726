import { asReleaseError, type Evidence, type ImageRef, type Repository, type Verdict } from "@lateen/kernel";
import { mustThrow } from "../errors.ts";
import type { CandidateFacts, PromotionFacts } from "../facts/promotion-facts.ts";
import type { PromotionPlan } from "../decide/plan-promotion.ts";
import type { PromotePorts, PromotionInput } from "../promotion.ts";
import { digestRef } from "../ports/references.ts";
import type { Finding } from "../decide/rules.ts";
import type { Manifest } from "../ports/tag-store.ts";

/** Everything that is needed to move the tags, in hand. */
export interface Prepared {
  readonly manifests: ReadonlyMap<Repository, Manifest>;
  readonly findings: readonly Finding[];
}

/**
 * Proves that every tag can be written, and brings missing content to where it lacks; nothing visible changes.
 *
 * All repositories are tried before the answer is given, so that one run names everything that is wrong.
 * @throws ReleaseError of category `auth` where a registry refuses to be written
 */
export async function prepare(
  input: PromotionInput,
  facts: PromotionFacts,
  plan: PromotionPlan,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  const results = await Promise.allSettled(
    facts.candidates.map((candidate) => prepareImage(candidate, input, plan, ports, signal)),
  );
  const thrown = results.find((result) => result.status === "rejected");
  if (thrown !== undefined) throw thrown.reason;
  const findings = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const manifests = facts.candidates.flatMap(({ repository, manifest }) =>
    manifest.kind === "found" ? [[repository, manifest.value] as const] : [],
  );
  return { manifests: new Map(manifests), findings };
}

/** The part of {@link prepare} that copies nothing: asks every repository if it may be written. */
export async function proveAllWritable(
  _input: PromotionInput,
  { candidates }: PromotionFacts,
  plan: PromotionPlan,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Prepared> {
  const findings = await Promise.all(candidates.map((candidate) => proveWritable(candidate, plan, ports, signal)));
  return { manifests: new Map(), findings: findings.flat() };
}

async function proveWritable(
  { repository, manifest }: CandidateFacts,
  plan: PromotionPlan,
  { tags }: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const writes = [...plan.tags, ...plan.pins]
    .filter((tag) => tag.repository === repository && tag.action !== "keep")
    .map(({ tag }) => tag);
  if (manifest.kind !== "found" || writes.length === 0) return [];
  const verdict = await answer(() => tags.preflight(repository, manifest.value, writes, signal));
  return [
    toFinding(verdict, {
      rule: "write-access",
      fact: `${writes.join(", ")} may be written`,
      source: repository,
      fix: "check that the credentials may push to it, then run again",
    }),
  ];
}

async function prepareImage(
  candidate: CandidateFacts,
  input: PromotionInput,
  plan: PromotionPlan,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const writable = await proveWritable(candidate, plan, ports, signal);
  const { copyFrom, manifest, repository } = candidate;
  if (copyFrom === undefined || manifest.kind !== "found" || writable.some(({ verdict }) => verdict !== "passed"))
    return writable;
  const { digest } = manifest.value;
  const { verdict, referrers } = await copyContent(digestRef(copyFrom, digest), repository, input, ports, signal);
  if (verdict.kind === "go") ports.report({ type: "content-copied", source: copyFrom, repository, digest });
  return [
    ...writable,
    toFinding(verdict, {
      rule: "copy",
      fact: `${digest} was copied from ${copyFrom}`,
      source: repository,
      fix: "push the candidate there, then run again",
    }),
    ...referrers,
  ];
}

/** Copies an image with its referrers; without them if they cannot be brought, which the findings say. */
async function copyContent(
  source: ImageRef,
  target: Repository,
  { referrers = true }: PromotionInput,
  { tags }: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<{ readonly verdict: Answer; readonly referrers: readonly Finding[] }> {
  const copy = () => answer(() => tags.copy(source, target, signal));
  const left = (why: string): Finding => {
    const fact = `signatures, attestations and other referrers of ${source.digest ?? source.repository} were left behind: ${why}`;
    return { rule: "copy", verdict: "passed", fact, source: target };
  };
  if (!referrers) return { verdict: await copy(), referrers: [left("promote.referrers is false")] };
  const { copyWithReferrers } = tags;
  if (copyWithReferrers === undefined)
    return { verdict: await copy(), referrers: [left("the tag store cannot copy them")] };
  const whole = await answer(() => copyWithReferrers.call(tags, source, target, signal));
  if (whole.kind === "go") {
    const said = (whole.evidence ?? []).map(({ fact }): Finding => ({
      rule: "copy",
      verdict: "passed",
      fact,
      source: target,
    }));
    return { verdict: whole, referrers: said };
  }
  const bare = await copy();
  return bare.kind === "go" ? { verdict: bare, referrers: [left(whole.reason)] } : { verdict: bare, referrers: [] };
}

type Answer =
  | { readonly kind: "go"; readonly evidence?: readonly Evidence[] }
  | { readonly kind: "stop"; readonly outcome: string; readonly reason: string };

async function answer(act: () => Promise<Verdict<unknown>>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    if (mustThrow(error)) throw error;
    return { kind: "stop", outcome: "unknown", reason: asReleaseError(error).message };
  }
}

/** The answer as a finding: of a yes the fact, of a no its reason and what to do. */
function toFinding(answered: Answer, { fix, ...passed }: Omit<Finding, "verdict"> & { readonly fix: string }): Finding {
  if (answered.kind === "go") return { ...passed, verdict: "passed" };
  const verdict = answered.outcome === "refused" ? "refused" : "unknown";
  return { ...passed, verdict, fact: `${passed.source}: ${answered.reason}; ${fix}` };
}
