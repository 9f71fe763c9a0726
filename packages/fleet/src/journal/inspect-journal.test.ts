import { expect, test } from "vitest";
import type { FleetIdentity, JournalEntry } from "../engine/journal-entry.ts";
import { rollOut } from "../roll-out.ts";
import { createVirtualRollout, release, sha } from "../testing/virtual-rollout.ts";
import { findWishTarget, inspectJournal } from "./inspect-journal.ts";

const staging: FleetIdentity = { environment: "staging", controlPlanes: [{ name: "prod" }] };
const production: FleetIdentity = { ...staging, environment: "production" };

/** The entries of a rollout that shipped. */
async function shipped(): Promise<readonly JournalEntry[]> {
  const { ports } = createVirtualRollout(2);
  await rollOut({ release, policy: {}, fleet: staging }, ports);
  return ports.journal.read();
}
const journalOf = (entries: readonly JournalEntry[]) => ({ read: async () => entries });
const cutShort = (entries: readonly JournalEntry[]) => entries.filter(({ type }) => type !== "rollout-finished");

test("only an unfinished rollout, and that of this fleet, can be paused and stopped", async () => {
  const entries = await shipped();
  expect(await findWishTarget(journalOf([]), staging)).toMatchObject({ code: "JOURNAL_EMPTY" });
  expect(await findWishTarget(journalOf(entries), staging)).toMatchObject({
    outcome: "refused",
    code: "JOURNAL_EMPTY",
  });
  expect(await findWishTarget(journalOf(cutShort(entries)), staging)).toMatchObject({
    kind: "go",
    value: { state: "unfinished", release: { sha } },
  });
  expect(await findWishTarget(journalOf(cutShort(entries)), production)).toMatchObject({
    outcome: "refused",
    code: "JOURNAL_OTHER_FLEET",
  });
});

test("a journal is read with its fleet, how it ended and how many tenants it moved", async () => {
  const entries = await shipped();
  expect(await inspectJournal(journalOf([]))).toBeUndefined();
  expect(await inspectJournal(journalOf(entries))).toMatchObject({
    state: "finished",
    outcome: "shipped",
    moved: 2,
    fleet: staging,
    endedAt: entries.at(-1)?.at,
  });
  const unfinished = await inspectJournal(journalOf(cutShort(entries)));
  expect({ state: unfinished?.state, outcome: unfinished?.outcome }).toEqual({
    state: "unfinished",
    outcome: undefined,
  });
});
