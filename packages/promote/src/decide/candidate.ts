import { formatImageRef, plainText, type CommitSha } from "@lateen/kernel";
import { statesCommit } from "./destination.ts";
import type { CandidateFacts } from "../facts/promotion-facts.ts";
import type { Finding } from "./rules.ts";

/** Decides whether one candidate exists and is what it claims to be. Neither can be waived. */
export function decideCandidate(facts: CandidateFacts, commit: CommitSha): readonly Finding[] {
  const source = formatImageRef({ repository: facts.repository, tag: facts.candidate, digest: undefined });
  const { manifest } = facts;
  if (manifest.kind === "unknown") {
    const fact = `the candidate ${source} could not be read: ${manifest.cause.message}; run again`;
    return [{ rule: "candidate", verdict: "unknown", fact, source }];
  }
  if (manifest.kind === "absent") {
    const fact = `the candidate ${source} does not exist (${plainText(manifest.proof, 200)}); build and push it for this commit first`;
    return [{ rule: "candidate", verdict: "refused", fact, source }];
  }
  const origin = facts.copyFrom === undefined ? "exists" : `is missing and will be copied from ${facts.copyFrom}`;
  const exists: Finding = {
    rule: "candidate",
    verdict: "passed",
    fact: `${source} ${origin} as ${manifest.value.digest}`,
    source,
  };
  return [exists, judgeRevision(facts, commit, source)];
}

function judgeRevision({ revision }: CandidateFacts, commit: CommitSha, source: string): Finding {
  const rule = "revision";
  // A fact that was read and is wrong stays wrong: only an unreadable one may be better the next time.
  if (revision?.kind === "unknown" && revision.cause.category === "state") {
    const { message, fix = "build and push it again" } = revision.cause;
    return { rule, verdict: "refused", fact: `${source} states no single revision: ${message}; ${fix}`, source };
  }
  if (revision === undefined || revision.kind === "unknown") {
    const cause = revision?.cause.message ?? "it was not read";
    return {
      rule,
      verdict: "unknown",
      fact: `the revision of ${source} could not be read: ${cause}; run again`,
      source,
    };
  }
  const fix = "build it with the label org.opencontainers.image.revision set to the commit";
  if (revision.kind === "absent")
    return { rule, verdict: "refused", fact: `${source} states no revision; ${fix}`, source };
  const stated = plainText(revision.value, 60);
  if (statesCommit(revision.value, commit))
    return { rule, verdict: "passed", fact: `${source} states revision ${stated}`, source };
  const fact = `${source} states revision ${stated} and not ${commit}: it was built from something else; ${fix}`;
  return { rule, verdict: "refused", fact, source };
}
