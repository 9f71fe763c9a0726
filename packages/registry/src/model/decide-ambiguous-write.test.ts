import { absent, type Digest, found, ReleaseError, type Reading, unknown } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideDoubt } from "./decide-ambiguous-write.ts";
import { doubtTable } from "../../test/tables/decide-ambiguous-write.table.ts";

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}` as Digest;
const digests = { wanted: digest("a"), old: digest("b"), third: digest("c") };
const error = new ReleaseError({ code: "X", category: "unavailable", message: "gone" });

test.each(doubtTable)(
  "before $before, seen $seen, last try $lastTry: $decision",
  ({ before, seen, lastTry, decision }) => {
    const reading: Reading<{ digest: Digest }> =
      seen === "unreadable" ? unknown(error) : seen === "nothing" ? absent("404") : found({ digest: digests[seen] });
    const known = before === "not known" ? undefined : before === "nothing" ? "absent" : digests.old;
    expect(
      decideDoubt({ wanted: digests.wanted, before: known, seen: reading, writes: lastTry ? 3 : 1, limit: 3 }),
    ).toBe(decision);
  },
);
