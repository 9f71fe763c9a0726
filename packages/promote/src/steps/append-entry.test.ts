import { createFakeClock } from "@lateen/kernel/testing";
import { type CommitSha, go, ReleaseError, stop } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { promote } from "../index.ts";
import { createPromotionWorld, type PromotionWorld, worldRepositories as all } from "../testing/world.ts";

/** A world whose tags name `old`, with `mine`, the candidate. */
function createWorld(): PromotionWorld & Record<"old" | "mine", CommitSha> {
  const world = createPromotionWorld({ clock: createFakeClock({ auto: true }) });
  const [old, mine] = [world.release("old"), world.release("mine")];
  world.tagAs(old);
  return { ...world, old, mine };
}

describe("the commit point", () => {
  test("is not passed where a guard stops it after everything was proven", async () => {
    const world = createWorld();
    const before = world.latest();
    const asked: number[] = [];
    const guard = async () => {
      asked.push(world.events.filter(({ type }) => type === "promotion-prepared").length);
      return stop({ outcome: "held", code: "KILL_SWITCH_HELD", reason: "the kill switch is on" });
    };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, guard });
    expect(verdict).toMatchObject({ kind: "stop", outcome: "held", reason: "the kill switch is on" });
    expect(verdict.value?.images.flatMap(({ tags }) => tags.map(({ action }) => action))).toEqual(
      all.map(() => "unchanged"),
    );
    expect({ asked, latest: world.latest(), heads: world.ledger.heads }).toEqual({
      asked: [1],
      latest: before,
      heads: [],
    });
  });

  test("keeps what a guard has seen", async () => {
    const world = createWorld();
    const seen = { rule: "kill-switch", verdict: "free", fact: "it is not set", source: "the forge", at: "2026-01-01" };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, guard: async () => go({}, [seen]) });
    expect({ kind: verdict.kind, hasEvidence: verdict.evidence.includes(seen) }).toEqual({
      kind: "go",
      hasEvidence: true,
    });
  });

  test("is given up where the ledger says in turns that it has moved on and that it has not", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.old), world.ports);
    const [head] = world.ledger.heads;
    if (head === undefined) throw new Error("nothing was promoted");
    let appends = 0;
    const ledger = {
      ...world.ledger,
      append: async () => {
        if (++appends > 50) throw new Error("it never ends");
        return { kind: "lost" as const, head: { ...head, id: "another", position: 2 } };
      },
    };
    const before = world.latest();
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown" });
    expect(world.latest()).toEqual(before);
  });

  test("[ledger-declines] is refused, and not doubtful, where the ledger's server says no", async () => {
    const world = createWorld();
    const cause = new ReleaseError({
      code: "NO",
      category: "state",
      message: "a hook declined it",
      fix: "ask the owner",
    });
    const ledger = { ...world.ledger, append: async () => ({ kind: "refused" as const, cause }) };
    const before = world.latest();
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/no tag was moved: a hook declined it; ask the owner$/);
    expect(verdict.evidence.at(-1)).toMatchObject({ rule: "commit", verdict: "refused" });
    expect(world.latest()).toEqual(before);
  });

  test("is passed where the server says no to an entry that it had taken before", async () => {
    const world = createWorld();
    const cause = new ReleaseError({ code: "NO", category: "state", message: "a hook declined it" });
    const ledger = {
      ...world.ledger,
      append: async (...args: Parameters<typeof world.ledger.append>) => {
        await world.ledger.append(...args);
        return { kind: "refused" as const, cause };
      },
    };
    expect(await promote(world.inputFor(world.mine), { ...world.ports, ledger })).toMatchObject({ kind: "go" });
    expect(world.ledger.heads).toHaveLength(1);
  });
});
