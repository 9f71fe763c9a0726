import { type CommitSha, parseCommitSha } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideFleetAheadOfLedger } from "./decide-fleet-ahead-of-ledger.ts";
import { strayTable } from "../../test/tables/decide-fleet-ahead-of-ledger.table.ts";

const known = (letter: string): CommitSha => parseCommitSha(letter.charCodeAt(0).toString(16).repeat(20));
const release = (letter: string): CommitSha | undefined => (letter === "-" ? undefined : known(letter));

test.each(strayTable)("sent to $sent, ledgers at $newest, goes to $goes: $meant, since $because", (row) => {
  const newest = [...row.newest].map(release);
  expect(decideFleetAheadOfLedger({ sent: release(row.sent), newest, goes: known(row.goes) })).toBe(release(row.meant));
});
