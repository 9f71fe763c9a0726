import { parseCommitSha, parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import type { TenantState } from "../engine/rollout-state.ts";
import { recallTenant } from "./recall-tenant.ts";

const target = parseCommitSha("b".repeat(40));
const old = "a".repeat(40);
const newer = "c".repeat(40);
const release = { sha: target, digests: {} };
const back = { sha: parseCommitSha(old), digests: {} };
const untouched: TenantState = {
  tenant: { slug: parseSlug("t1"), plane: "prod" },
  step: "waiting",
  baseline: { kind: "movable", sha: old },
  wave: undefined,
  moved: false,
  row: undefined,
  calls: 0,
  exhausted: false,
  fault: undefined,
  gone: false,
  sha: old,
  reason: undefined,
  release: undefined,
  resumedAt: undefined,
};
const moved: TenantState = { ...untouched, moved: true, calls: 1, release };

test.each<{ when: string; tenant: TenantState; verdict: string; sha?: string; proven?: boolean }>([
  {
    when: "proven",
    tenant: { ...moved, step: "verified", sha: target },
    verdict: "verified",
    sha: target,
    proven: true,
  },
  { when: "ahead", tenant: { ...moved, step: "verified", sha: newer }, verdict: "ahead", sha: newer, proven: true },
  {
    when: "there before",
    tenant: { ...untouched, step: "answered", baseline: { kind: "done", verdict: "verified", sha: target } },
    verdict: "verified",
    sha: target,
    proven: true,
  },
  { when: "not moved", tenant: untouched, verdict: "straggler", sha: old },
  {
    when: "taken back",
    tenant: { ...moved, release: back, step: "verified", sha: old },
    verdict: "straggler",
    sha: old,
  },
  { when: "on its way back", tenant: { ...moved, release: back, step: "posted", sha: target }, verdict: "unknown" },
  {
    when: "failed on a commit",
    tenant: { ...moved, step: "failed", sha: old, reason: "x" },
    verdict: "straggler",
    sha: old,
  },
  { when: "in a call", tenant: { ...moved, step: "posted" }, verdict: "unknown" },
  { when: "answered for", tenant: { ...moved, step: "answered" }, verdict: "unknown" },
  {
    when: "silent before",
    tenant: { ...untouched, baseline: { kind: "broken", reason: "x" }, sha: undefined },
    verdict: "unknown",
  },
  {
    when: "not placed",
    tenant: { ...untouched, baseline: { kind: "unplaced", sha: newer, reason: "x" }, sha: newer },
    verdict: "unknown",
    sha: newer,
  },
])("of a tenant that was $when the last known is $verdict", ({ tenant, verdict, sha, proven = false }) => {
  const recalled = recallTenant(tenant, target);
  expect({ verdict: recalled.verdict, sha: recalled.sha, proven: recalled.proven }).toEqual({ verdict, sha, proven });
  expect(recalled.reason).toBeTruthy();
});
