import { type CommitSha, parseCommitSha } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import { expect, test } from "vitest";
import { decideShipped } from "./decide-shipped.ts";
import { shippedTable } from "../../../test/tables/decide-shipped.table.ts";

const commitOf = (letter = ""): CommitSha => parseCommitSha(letter.repeat(40));

function entriesOf(texts: readonly string[]): readonly LedgerHead[] {
  const read = texts.filter((text) => text !== "…");
  const older = texts.length - read.length;
  return read.map((text, at): LedgerHead => {
    const [to, from] = text.split("<");
    const moved =
      from === undefined ? { kind: "promote" as const } : { kind: "rollback" as const, from: commitOf(from) };
    const common = { schemaVersion: 1, target: "default", tags: [], images: [], actor: "x", reason: "", overrides: [] };
    const rest = { fleet: { verified: false, reason: "" }, hold: [], at: "", nonce: "" } as const;
    const entry = { ...common, ...rest, ...moved, commit: commitOf(to) } as LedgerHead["entry"];
    return { id: `${at}`, position: read.length - at + older, entry };
  });
}

test.each(shippedTable)("$entries: $says, because $because", ({ entries, says }) => {
  expect(decideShipped(entriesOf(entries), commitOf("b")).kind).toBe(says);
});
