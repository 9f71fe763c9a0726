import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CommitSha } from "@lateen/kernel";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import { readEntry } from "./lines.ts";

/** A rollout that ended, as far as its first and its last entry say. */
export interface PastRollout {
  readonly sha: CommitSha;
  /** End of the rollout: `shipped`, `unchanged`, `abandoned` or the outcome of a stop. */
  readonly outcome: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Bytes that are read of either end: the first entry has the policy in it, the last the account. */
const endBytes = 262_144;

/** The rollouts that ended in `folder`, in no order; files that cannot be read or understood are left out. Takes no lock. */
export async function readPastRollouts(folder: string): Promise<readonly PastRollout[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^rollout(?:-.+)?\.jsonl$/.test(name));
  const read = await Promise.all(files.map((name) => readOne(join(folder, name)).catch(() => undefined)));
  return read.filter((one) => one !== undefined);
}

async function readOne(path: string): Promise<PastRollout | undefined> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const part = async (from: number): Promise<readonly string[]> => {
      const bytes = Buffer.alloc(Math.min(endBytes, size));
      await file.read(bytes, 0, bytes.length, from);
      return bytes
        .toString("utf8")
        .split("\n")
        .filter((line) => line !== "");
    };
    const [[first = ""], last] = [await part(0), await part(Math.max(0, size - endBytes))];
    return pastOf(readEntry(first), readEntry(last.at(-1) ?? ""));
  } finally {
    await file.close();
  }
}

function pastOf(first: JournalEntry | undefined, last: JournalEntry | undefined): PastRollout | undefined {
  if (first?.type !== "rollout-started" || last?.type !== "rollout-finished") return undefined;
  return { sha: first.release.sha, outcome: last.outcome, startedAt: first.at, finishedAt: last.at };
}
