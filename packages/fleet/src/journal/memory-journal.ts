import { done, refuse } from "../steps/forward-stop.ts";
import type { JournalEntry } from "../engine/journal-entry.ts";
import type { Journal, OpenJournal } from "../ports/journal.ts";
import { journalClosed } from "./journal-errors.ts";

/** A journal that lives as long as the process: for tests, for dry runs, and for hosts that keep the facts elsewhere. */
export function memoryJournal(
  initial: readonly JournalEntry[] = [],
): Journal & { readonly entries: readonly JournalEntry[] } {
  let entries: JournalEntry[] = [...initial];
  let held = false;
  const open = (): OpenJournal => {
    let isOpen = true;
    return {
      entries: [...entries],
      async append(added) {
        if (!isOpen) throw journalClosed();
        entries.push(...added);
      },
      rotate: async () => void (entries = []),
      async close() {
        isOpen = false;
        held = false;
      },
    };
  };
  return {
    get entries() {
      return entries;
    },
    read: async () => entries,
    async open() {
      if (held) return refuse("JOURNAL_IN_USE", "the journal is in use by this very process");
      held = true;
      return done(open());
    },
  };
}
