import { z } from "zod";
import { found, type Reading, type ReleaseError, unknown } from "@lateen/kernel";
import { firstIssueOnly, type JournalEntry, journalEntrySchema } from "../../engine/journal-entry.ts";
import { fleetError } from "../../errors.ts";

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

/**
 * Entries that are asked for, first and again as long as the beginning of the rollout is not among them: a rollout writes one for each
 * wave, at most one every few seconds, and the earlier rollouts before it may be more than can be read.
 */
const depths = [8, 64, 1_000] as const;

/** Reads the latest rollout; a log that does not exist yet has none. */
export async function readMirror(log: {
  entries(options: { readonly limit: number }): Promise<Reading<readonly MirrorEntry[]>>;
}): Promise<Reading<Mirrored>> {
  let oldest = "";
  for (const limit of depths) {
    const reading = await log.entries({ limit });
    if (reading.kind === "unknown") return reading;
    const entries = reading.kind === "found" ? reading.value : [];
    if (entries.length === 0) return found({ head: null, facts: [] });
    const facts = factsOf(entries);
    if (facts.kind === "foreign") return unknown(foreign(facts.id));
    if (facts.kind === "whole") return found({ head: entries[0]?.id ?? null, facts: facts.facts });
    oldest = entries.at(-1)?.id ?? "";
    if (entries.length < limit) break;
  }
  return unknown(foreign(oldest));
}

type Facts =
  | { readonly kind: "whole"; readonly facts: readonly JournalEntry[] }
  | { readonly kind: "begun-earlier" }
  | { readonly kind: "foreign"; readonly id: string };

/** The facts of the latest rollout in `entries`, newest first. */
function factsOf(entries: readonly MirrorEntry[]): Facts {
  const parts: (readonly JournalEntry[])[] = [];
  for (const { id, value } of entries) {
    const part = readPart(value);
    if (part === undefined) return { kind: "foreign", id };
    parts.push(part.facts);
    if (part.from === 0) return { kind: "whole", facts: parts.toReversed().flat() };
  }
  return { kind: "begun-earlier" };
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
