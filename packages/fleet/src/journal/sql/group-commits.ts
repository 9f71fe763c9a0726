import type { JournalEntry } from "../../engine/journal-entry.ts";

/** Facts that come while a write is under way are written with the next one. */
export function groupCommits(write: (facts: readonly JournalEntry[]) => Promise<void>): {
  append(facts: readonly JournalEntry[]): Promise<void>;
  idle(): Promise<void>;
} {
  let waiting: { readonly facts: readonly JournalEntry[]; resolve(): void; reject(error: unknown): void }[] = [];
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await write(group.flatMap(({ facts }) => facts));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    flushing = undefined;
  };
  return {
    append: (facts) =>
      facts.length === 0
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            waiting.push({ facts, resolve, reject });
            flushing ??= flush();
          }),
    idle: async () => await flushing,
  };
}
