import { z } from "zod";
import { found, type Reading, type ReleaseError, unknown } from "@lateen/kernel";
import { firstIssueOnly, journalEntrySchema } from "../entry-schema.ts";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import { fleetError } from "../../errors.ts";

/** One entry of a mirror. */
export interface MirrorEntry {
  readonly id: string;
  /** Comes from outside. */
  readonly value: unknown;
}

/** The latest rollout of a mirror, and its newest entry. */
export interface Mirrored {
  readonly head: string | null;
  readonly facts: readonly JournalEntry[];
}

/** Entries that are looked at: a rollout writes one for each wave, at most one every few seconds. */
const limit = 1_000;

/** Reads the latest rollout; a log that does not exist yet has none. */
export async function readMirror(log: {
  entries(options: { readonly limit: number }): Promise<Reading<readonly MirrorEntry[]>>;
}): Promise<Reading<Mirrored>> {
  const reading = await log.entries({ limit });
  if (reading.kind === "unknown") return reading;
  const entries = reading.kind === "found" ? reading.value : [];
  const parts: (readonly JournalEntry[])[] = [];
  for (const entry of entries) {
    const part = readPart(entry.value);
    if (part === undefined) return unknown(foreign(entry.id));
    parts.push(part.facts);
    if (part.from === 0) return found({ head: entries[0]?.id ?? null, facts: parts.toReversed().flat() });
  }
  return entries.length === 0 ? found({ head: null, facts: [] }) : unknown(foreign(entries.at(-1)?.id ?? ""));
}

function readPart(value: unknown): { readonly from: number; readonly facts: readonly JournalEntry[] } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { schemaVersion, from, facts } = value as Record<string, unknown>;
  const entries = z.array(journalEntrySchema).safeParse(facts, firstIssueOnly).data;
  if (schemaVersion !== 1 || !Number.isSafeInteger(from) || entries === undefined) return undefined;
  return { from: Number(from), facts: entries };
}

function foreign(id: string): ReleaseError {
  const message = `the mirror of the journal holds something that is not a part of one: ${id.slice(0, 12)}`;
  return fleetError("JOURNAL_DAMAGED", "state", { message, fix: "give the mirror a ref of its own" });
}
