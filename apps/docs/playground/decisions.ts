import { decideAbsentRun, type WhenAbsent } from "../../../packages/gate/src/absence/decide-run.ts";
import { decideState, type GateDecision, decideGate } from "../../../packages/gate/src/checks/decide-state.ts";
import { stateRows } from "../../../packages/gate/src/checks/decide-state.table.ts";
import { decideTenant } from "../../../packages/fleet/src/coverage/decide-tenant.ts";
import { decideCheck } from "../../../packages/fleet/src/checks/decide-check.ts";
import type { CheckSample } from "../../../packages/fleet/src/checks/judge-sample.ts";
import { resolveCheckPolicy } from "../../../packages/fleet/src/checks/policy.ts";
import { decideDestination } from "../../../packages/promote/src/decide/destination.ts";
import type { DestinationFacts } from "../../../packages/promote/src/facts/promotion-facts.ts";
import { parseCommitSha } from "../../../packages/kernel/src/vocabulary/commit-sha.ts";
import { parseDigest } from "../../../packages/kernel/src/vocabulary/digest.ts";
import { parseImageRef } from "../../../packages/kernel/src/vocabulary/image-ref.ts";
import { absent, found, type Reading, unknown } from "../../../packages/kernel/src/vocabulary/reading.ts";
import { ReleaseError } from "../../../packages/kernel/src/vocabulary/release-error.ts";
import type { Ancestry } from "../../../packages/kernel/src/vocabulary/ancestry.ts";

// The choices on the page become facts here, and the package decides. Nothing is decided in this file.

/** A decision, and the reason that the package gives. */
export interface Decided {
  readonly verdict: string;
  readonly reason: string;
}

const unreachable = new ReleaseError({
  code: "HTTP_UNREACHABLE",
  category: "unavailable",
  message: "the server could not be reached: ECONNREFUSED",
});

/** The states of a run that the gate's table knows, `status/conclusion`, and one that it does not. */
export const runStates: readonly string[] = [
  ...new Set(
    stateRows
      .filter(({ form }) => form === "run")
      .map(({ status, conclusion }) => (conclusion === "" ? status : `${status}/${conclusion}`)),
  ),
  "completed/something_new",
];

/** Choice about the gate: a run that exists, or one that is missing. */
export interface GateChoice {
  readonly runs: readonly string[];
  readonly missing: boolean;
  readonly whenAbsent: WhenAbsent;
  readonly ageSeconds: number;
  readonly proof: "path-filtered" | "unproven" | "skip-token";
}

/** The gate over all runs: as good as the worst of them. */
export function decideRuns({ runs, missing, whenAbsent, ageSeconds, proof }: GateChoice): Decided {
  const judged: { readonly decision: GateDecision; readonly because: string }[] = runs.map((run) => {
    const [status = "", conclusion = ""] = run.split("/");
    return decideState("run", { status, conclusion });
  });
  if (missing) {
    const { decision, detail } = decideAbsentRun(
      whenAbsent,
      { sinceMs: ageSeconds * 1000, proof: proofOf(proof) },
      { settleMs: 90_000, appearWithinMs: 300_000 },
    );
    judged.push({ decision, because: detail });
  }
  const verdict = decideGate(judged.map(({ decision }) => decision));
  const worst = judged.find(({ decision }) => decision === verdict);
  return { verdict, reason: worst?.because ?? "nothing is required, so nothing is known" };
}

function proofOf(proof: GateChoice["proof"]): NonNullable<Parameters<typeof decideAbsentRun>[1]["proof"]> {
  if (proof === "path-filtered") {
    const reason = "the push changed docs/ only, and the workflow runs for server/**";
    return { kind: "path-filtered", filter: "paths", patterns: ["server/**"], files: ["docs/a.md"], reason };
  }
  return proof === "skip-token"
    ? { kind: "unproven", doubt: "skip-token", reason: "the commit has a skip-ci token" }
    : { kind: "unproven", doubt: "trigger-unknown", reason: "the workflow file could not be read" };
}

/** Relation of one commit to another, or the reason why it is not known. */
export type Relation = Ancestry | "unreadable";

const relationOf = (relation: Relation): Reading<Ancestry> =>
  relation === "unreadable" ? unknown(unreachable) : found(relation);

/** Choice about a tenant. */
export interface TenantChoice {
  readonly shows: "the target" | "another commit" | "nothing readable" | "no commit";
  readonly relation: Relation;
  readonly match: "ancestry" | "strict";
}

const target = parseCommitSha("b".repeat(40));

/** One look at a tenant. */
export function decideLookAt({ shows, relation, match }: TenantChoice): Decided {
  const reading: Reading<string> =
    shows === "the target"
      ? found(target)
      : shows === "another commit"
        ? found("a".repeat(40))
        : shows === "no commit"
          ? absent("its /buildinfo names no commit")
          : unknown(unreachable);
  const { verdict, reason = "shows the target; it is proven once two looks agree" } = decideTenant(
    target,
    reading,
    relationOf(relation),
    match,
  );
  return { verdict, reason };
}

/** Choice about a check: values of the error rate in percent; a value that is no number is a sample without data. */
export interface CheckChoice {
  readonly values: string;
  readonly below: number;
  readonly samples: number;
  readonly ageSeconds: number;
  readonly onUnknown: "wait" | "halt";
}

const everyMs = 10_000;

/** A check of a Prometheus query with a limit, one look every ten seconds, decided after the last one. */
export function decideSamples({ values, below, samples, ageSeconds, onUnknown }: CheckChoice): Decided {
  const policy = resolveCheckPolicy({ below, samples, onUnknown, everyMs, timeoutMs: 60_000 }, 0);
  const texts = values.split(/[\s,]+/).filter((text) => text !== "");
  const looks = texts.map((text, index): CheckSample => {
    const at = index * everyMs;
    const value = Number(text);
    const measured = Number.isNaN(value) ? [] : [{ value }];
    const [source, query] = ["https://prometheus.example.com/api/v1/query", "error_rate"];
    return { at, reading: found({ kind: "values", takenAt: at - ageSeconds * 1000, source, query, values: measured }) };
  });
  const now = Math.max(0, texts.length - 1) * everyMs;
  const { verdict, reason } = decideCheck({ policy, samples: looks, startedAt: 0, now });
  return { verdict, reason };
}

/** Choice about a tag. */
export interface TagChoice {
  readonly names: "nothing" | "the candidate" | "another image" | "something unreadable";
  readonly label: "a commit" | "no commit" | "unreadable";
  readonly relation: Relation;
  readonly rules: "plain" | "allowUnlabelled" | "override ancestry" | "rollback";
}

const { repository } = parseImageRef("ghcr.io/acme/platform");
const wanted = parseDigest(`sha256:${"b".repeat(64)}`);

/** One tag of a promotion. */
export function decideTag({ names, label, relation, rules }: TagChoice): Decided {
  const current: DestinationFacts["current"] =
    names === "nothing"
      ? absent("404")
      : names === "something unreadable"
        ? unknown(unreachable)
        : found({
            digest: names === "the candidate" ? wanted : parseDigest(`sha256:${"a".repeat(64)}`),
            mediaType: "application/vnd.oci.image.index.v1+json",
            size: 1,
          });
  const revision: Reading<string> =
    label === "a commit"
      ? found("a".repeat(40))
      : label === "no commit"
        ? absent("the image states no revision")
        : unknown(unreachable);
  const facts: DestinationFacts = {
    repository,
    tag: "latest",
    wanted,
    current,
    revision,
    ancestry: relationOf(relation),
  };
  const { action, finding } = decideDestination(facts, {
    kind: rules === "rollback" ? "rollback" : "promote",
    allowUnlabelled: rules === "allowUnlabelled",
    waived: rules === "override ancestry" ? ["ancestry"] : [],
  });
  return { verdict: action, reason: finding.fact };
}
