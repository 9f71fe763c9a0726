import { parseCommitSha, parseSlug, type Slug, type StopOutcome } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { applyEvent, replay } from "./reducer.ts";
import { decideRollout, type RolloutAction, type RolloutLimits } from "./decide-rollout.ts";
import { situationRows } from "../../test/tables/decide-rollout.table.ts";
import type { CallFault, JournalEntry, RolloutEvent, RowVerdict, Stage } from "./journal-entry.ts";
import type { RolloutState } from "./rollout-state.ts";

const target = parseCommitSha("b".repeat(40));
const before = "a".repeat(40);
const release = { sha: target, digests: {}, tag: "new" };
const slugs = (names: string): readonly Slug[] =>
  names
    .split(" ")
    .filter(Boolean)
    .map((name) => parseSlug(name));

const stages: readonly Stage[] = [
  { name: "canary", slugs: slugs("t1"), canary: true, lenient: false, soakMs: 60 },
  { name: "batch-1", slugs: slugs("t2 t3"), canary: false, lenient: false, soakMs: 0 },
];

function beginning(planned: readonly Stage[], names: readonly Slug[]): readonly RolloutEvent[] {
  return [
    { type: "rollout-started", id: "x", release },
    { type: "fleet-enumerated", tenants: names.map((slug) => ({ slug, plane: "prod" })), ephemeral: [], pinned: [] },
    { type: "baseline-read", tenants: names.map((slug) => [slug, { kind: "movable", sha: before }] as const) },
    { type: "stages-planned", stages: planned },
  ];
}

/** Reads one fact in the words of the table. */
function factOf(words: string, state: RolloutState): RolloutEvent {
  const [verb = "", ...rest] = words.split(" ");
  const text = rest.join(" ");
  const call = state.lastCall;
  switch (verb) {
    case "wave": {
      const stage = state.stages[state.current]?.stage;
      return {
        type: "wave-started",
        wave: text,
        stage: text,
        slugs: stage?.slugs ?? [],
        canary: stage?.canary === true,
      };
    }
    case "post":
      return {
        type: "tenants-posted",
        call: call + 1,
        wave: [...state.waves.keys()].at(-1) ?? "",
        slugs: slugs(text),
        attempt: 1,
      };
    case "answer": {
      const rows = rest.filter((row) => row.includes("=")).map((row) => row.split("="));
      return {
        type: "call-answered",
        call,
        ok: rest[0] !== "not-ok",
        rows: rows.map(([slug = "", row]) => [parseSlug(slug), row as RowVerdict] as const),
      };
    }
    case "fault":
      return { type: "call-failed", call, fault: text as CallFault, code: "X", message: "x" };
    case "unmoved":
      return {
        type: "tenants-unmoved",
        slugs: slugs(text.replace("for-good", "")),
        again: rest[0] !== "for-good",
        reason: "x",
      };
    case "fail":
      return { type: "tenant-failed", slug: parseSlug(text), reason: "x" };
    case "soak":
      return { type: "soak-started", wave: text, until: 60 };
    case "passed":
      return { type: "soak-passed", wave: text };
    case "finish":
      return { type: "wave-finished", wave: text, tenants: 1, healthy: 1, failureBound: 1 };
    case "guard":
      return { type: "guard-stopped", guard: "g", outcome: text as StopOutcome, reason: "x" };
    case "return":
      return {
        type: "return-planned",
        stages: [
          {
            name: "back",
            slugs: slugs(text),
            canary: false,
            lenient: true,
            soakMs: 0,
            release: { sha: parseCommitSha(before), digests: {}, tag: "old" },
          },
        ],
      };
    case "re-enumerate":
      return { type: "fleet-enumerated-again", born: [], baseline: [], stages: [] };
    case "interrupt":
      return { type: "rollout-interrupted" };
    case "resume":
      return { type: "rollout-resumed", facts: 1 };
    default:
      return { type: "rollout-halted", reason: "x" };
  }
}

function stateAfter(words: readonly string[]): {
  readonly state: RolloutState;
  readonly entries: readonly JournalEntry[];
} {
  const entries: JournalEntry[] = beginning(stages, slugs("t1 t2 t3")).map((fact) => ({ ...fact, at: 0 }));
  const state = replay(entries);
  const add = (fact: RolloutEvent) => {
    const entry: JournalEntry = { ...fact, at: 0 };
    entries.push(entry);
    applyEvent(state, entry);
  };
  for (const word of words) {
    if (!word.startsWith("verify ")) add(factOf(word, state));
    else
      for (const slug of slugs(word.slice(7))) add({ type: "tenant-verified", slug, sha: target, verdict: "verified" });
  }
  return { state, entries };
}

function spell(action: RolloutAction): string {
  if (action.kind === "start")
    return `start ${action.waves.map(({ name, slugs: members }) => `${name}: ${members.join(" ")}`).join(", ")}`;
  const wave = "wave" in action ? ` ${action.wave}` : "";
  return `${action.kind}${wave}${"slugs" in action ? `: ${action.slugs.join(" ")}` : ""}`;
}

function limitsOf(onFailure: "halt" | "rollback" = "halt"): RolloutLimits {
  return { tolerance: 1, maxControlPlaneFaults: 1, callSize: 50, deadline: 100, onFailure };
}

describe("the next step", () => {
  test.each(situationRows)("$situation: $next", ({ after, at = 0, onFailure, next }) => {
    const { state } = stateAfter(after);
    expect(decideRollout(state, limitsOf(onFailure), at).map(spell)).toEqual(next);
  });

  test.each(situationRows)(
    "$situation: replaying the journal gives the same state, and the same step",
    ({ after, at = 0, onFailure, next }) => {
      const { state, entries } = stateAfter(after);
      const copy = replay(JSON.parse(JSON.stringify(entries)) as JournalEntry[]);
      expect(copy).toEqual(state);
      expect(decideRollout(copy, limitsOf(onFailure), at).map(spell)).toEqual(next);
    },
  );
});

describe("the window", () => {
  const names = slugs(Array.from({ length: 20 }, (_, index) => `t${index + 1}`).join(" "));
  const plan: readonly Stage[] = [
    { name: "window", slugs: names, canary: false, lenient: false, soakMs: 0, window: { growth: 1, cap: 4 } },
  ];
  const run = () => replay(beginning(plan, names).map((fact) => ({ ...fact, at: 0 })));
  const starts = (state: RolloutState) =>
    decideRollout(state, limitsOf(), 0).flatMap((action) => (action.kind === "start" ? [action.waves.length] : []));

  function through(state: RolloutState, outcome: "verified" | "failed"): void {
    const [start] = decideRollout(state, limitsOf(), 0).filter((action) => action.kind === "start");
    if (start === undefined) throw new Error("nothing to start");
    const fact = (value: RolloutEvent) => applyEvent(state, { ...value, at: 0 });
    for (const { name, slugs: members } of start.waves)
      fact({ type: "wave-started", wave: name, stage: start.stage, slugs: members, canary: false });
    for (const { name, slugs: members } of start.waves) {
      for (const slug of members) {
        fact(
          outcome === "verified"
            ? { type: "tenant-verified", slug, sha: target, verdict: "verified" }
            : { type: "tenant-failed", slug, reason: "x" },
        );
      }
      fact({ type: "wave-finished", wave: name, tenants: 1, healthy: 1, failureBound: 1 });
    }
  }

  test("widens with every tenant that is proven, up to its cap, and starts again after a failure", () => {
    const state = run();
    const widths: (number | undefined)[] = [];
    for (const outcome of ["verified", "verified", "verified", "verified", "failed"] as const) {
      widths.push(starts(state)[0]);
      if (outcome === "failed") {
        // One of four fails; one is tolerated.
        applyEvent(state, { type: "tenant-failed", slug: names[0] ?? parseSlug("t1"), reason: "x", at: 0 });
        break;
      }
      through(state, outcome);
    }
    expect(widths).toEqual([1, 2, 4, 4, 4]);
    expect(starts(state)).toEqual([1]);
  });

  test("gives each tenant a wave of its own, so that a slow one delays no other", () => {
    const state = run();
    through(state, "verified");
    const [start] = decideRollout(state, limitsOf(), 0);
    expect(start).toMatchObject({
      kind: "start",
      waves: [
        { name: "window-2", slugs: ["t2"] },
        { name: "window-3", slugs: ["t3"] },
      ],
    });
  });

  test("starts nothing beyond its width while others are in flight", () => {
    const state = run();
    applyEvent(state, {
      type: "wave-started",
      wave: "window-1",
      stage: "window",
      slugs: names.slice(0, 1),
      canary: false,
      at: 0,
    });
    expect(starts(state)).toEqual([]);
  });
});

describe("the calls of a wave", () => {
  const names = slugs(Array.from({ length: 11 }, (_, index) => `t${index + 1}`).join(" "));
  const plan: readonly Stage[] = [{ name: "wave", slugs: names, canary: false, lenient: false, soakMs: 0 }];
  const limits = { ...limitsOf(), callSize: 2 };

  test("name at most callSize tenants, and four are under way at a time", () => {
    const state = replay(beginning(plan, names).map((event) => ({ ...event, at: 0 })));
    applyEvent(state, { type: "wave-started", wave: "wave", stage: "wave", slugs: names, canary: false, at: 0 });
    const sizes = () =>
      decideRollout(state, limits, 0).map((action) => (action.kind === "call" ? action.slugs.length : 0));
    expect(sizes()).toEqual([2, 2, 2, 2]);
    for (const [index, action] of decideRollout(state, limits, 0).entries()) {
      if (action.kind !== "call") throw new Error("not a call");
      applyEvent(state, {
        type: "tenants-posted",
        call: index + 1,
        wave: "wave",
        slugs: action.slugs,
        attempt: 1,
        at: 0,
      });
    }
    expect(sizes()).toEqual([]);
    applyEvent(state, { type: "call-answered", call: 1, ok: true, rows: [], at: 0 });
    expect(sizes()).toEqual([2]);
    applyEvent(state, { type: "call-answered", call: 2, ok: true, rows: [], at: 0 });
    expect(sizes()).toEqual([2, 1]);
  });
});
