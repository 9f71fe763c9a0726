import { found, parseCommitSha } from "@lateen/kernel";
import { expect, test } from "vitest";
import { concludeStatus } from "./conclude-status.ts";
import type { State } from "./read-state.ts";

const sha = parseCommitSha("a".repeat(40));
const rollout = {
  id: "x",
  release: { sha, digests: {} },
  state: "unfinished",
  startedAt: 0,
  moved: 2,
  waiting: [],
  failed: [],
  checks: [],
} as const;

const stateOf = (environment: string | undefined, more: object = {}): State =>
  ({
    config: { registries: {} },
    environment,
    rollout: found({ ...rollout, ...more }),
    holds: [],
    targets: [],
    now: 1_000,
    evidence: [],
  }) as State;

test.each([
  [undefined, "lateen rollout --resume", "lateen rollout --abandon"],
  ["staging", "lateen rollout --resume --env staging", "lateen rollout --abandon --env staging"],
  ["a b", "lateen rollout --resume --env 'a b'", "lateen rollout --abandon --env 'a b'"],
])("the commands of what is unfinished in the environment %s name it", (environment, resume, abandon) => {
  const { document } = concludeStatus(stateOf(environment), { failOnDrift: false });
  expect({ unfinished: document.status?.unfinished, next: document.next }).toMatchObject({
    unfinished: { resume, abandon },
    next: [resume, abandon],
  });
});

test("a rollout that fleets share a journal for is continued in its own environment", () => {
  const fleet = { environment: "staging", controlPlanes: [] };
  const { document } = concludeStatus(stateOf("production", { fleet }), { failOnDrift: false });
  expect(document.next).toEqual(["lateen rollout --resume --env staging", "lateen rollout --abandon --env staging"]);
});
