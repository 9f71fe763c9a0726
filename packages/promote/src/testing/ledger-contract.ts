import assert from "node:assert/strict";
import type { ContractRunner } from "@lateen/kernel/testing";
import type { Ledger, LedgerHead } from "../ports/ledger.ts";
import { testEntry } from "./test-entry.ts";

/** A ledger under test, and a second way to the same one, as another process would have it. */
export interface LedgerSubject {
  readonly ledger: Ledger;
  readonly other: Ledger;
  close(): Promise<void>;
}

/** Contract of every ledger; `open` makes an empty one for each test. */
export function describeLedgerContract(
  name: string,
  open: () => Promise<LedgerSubject>,
  { describe, test }: ContractRunner,
): void {
  describe(`ledger contract: ${name}`, () => declare({ test, open }));
}

interface Suite extends Pick<ContractRunner, "test"> {
  readonly open: () => Promise<LedgerSubject>;
}

function declare({ test, open }: Suite): void {
  const check = (name: string, body: (subject: LedgerSubject) => Promise<void>) =>
    test(name, async () => {
      const subject = await open();
      try {
        await body(subject);
      } finally {
        await subject.close();
      }
    });

  check("is proven empty before the first entry", async ({ ledger }) => {
    assert.equal((await ledger.read()).kind, "absent");
    assert.equal((await ledger.entries(5)).kind, "absent");
  });

  check("reads back what was appended, in another process too", async ({ ledger, other }) => {
    const entry = testEntry("one", { reason: "ship it — now", overrides: [{ check: "ancestry", reason: "restored" }] });
    const head = await mustAppend(ledger, null, entry);
    assert.equal(head.position, 1);
    assert.deepEqual(head.entry, entry);
    const read = await other.read();
    assert.ok(read.kind === "found");
    assert.deepEqual(read.value, head);
  });

  check("numbers its entries and lists them newest first", async ({ ledger }) => {
    const one = await mustAppend(ledger, null, testEntry("one"));
    const two = await mustAppend(ledger, one.id, testEntry("two"));
    const three = await mustAppend(ledger, two.id, testEntry("three"));
    const listed = await ledger.entries(2);
    assert.ok(listed.kind === "found");
    assert.deepEqual(listed.value, [three, two]);
    assert.equal(three.position, 3);
  });

  check(
    "refuses an entry whose predecessor is no longer the newest, and names the winner",
    async ({ ledger, other }) => {
      const one = await mustAppend(ledger, null, testEntry("one"));
      const two = await mustAppend(other, one.id, testEntry("two"));
      for (const expected of [one.id, null]) {
        const lost = await ledger.append(expected, testEntry("late"));
        assert.ok(lost.kind === "lost");
        assert.deepEqual(lost.head, two);
      }
      const listed = await ledger.entries(10);
      assert.ok(listed.kind === "found");
      assert.equal(listed.value.length, 2);
    },
  );

  check("lets exactly one of many win", async ({ ledger, other }) => {
    const names = ["a", "b", "c", "d"];
    const all = await Promise.all(
      names.map((name, at) => (at % 2 === 0 ? ledger : other).append(null, testEntry(name))),
    );
    const kinds = all.map(({ kind }) => kind).toSorted();
    assert.deepEqual(kinds, ["appended", "lost", "lost", "lost"]);
    const read = await ledger.read();
    const winner = all.find(({ kind }) => kind === "appended");
    assert.ok(read.kind === "found" && winner?.kind === "appended");
    assert.deepEqual(read.value, winner.head);
  });
}

async function mustAppend(ledger: Ledger, expected: string | null, entry: LedgerHead["entry"]): Promise<LedgerHead> {
  const appended = await ledger.append(expected, entry);
  assert.ok(appended.kind === "appended", `expected to append, but: ${appended.kind}`);
  return appended.head;
}
