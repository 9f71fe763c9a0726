import type { Reading } from "./reading.ts";
import type { ReleaseError } from "./release-error.ts";

/** An append-only log with compare-and-swap; `@lateen/git-log` keeps one on a git ref. */
export interface AppendLog {
  /** Address of the log for evidence: `https://git.example.com/acme/core.git refs/lateen/latest`. */
  readonly source: string;
  /** The newest entry; absent only if the server answered and has no such log. @throws ReleaseError `INTERRUPTED` */
  read(signal?: AbortSignal): Promise<Reading<LogEntry>>;
  /** The newest `limit` entries (1 to 1000), newest first. @throws ReleaseError `INTERRUPTED` */
  entries(options: { readonly limit: number }, signal?: AbortSignal): Promise<Reading<readonly LogEntry[]>>;
  /**
   * Appends after the entry `expected`, or as the first one if it is null, if that is still the head.
   *
   * @throws ReleaseError `INTERRUPTED` before anything was sent; afterwards an interruption is `unknown`
   */
  append(expected: string | null, draft: EntryDraft, signal?: AbortSignal): Promise<Appended>;
}

/** One entry of a log. */
export interface LogEntry {
  /** Names the entry within its log: on a git ref the id of its commit. */
  readonly id: string;
  /** 1 for the first entry, then one more each time. */
  readonly position: number;
  /** When it was written, ISO 8601 in UTC, by the writer's clock. */
  readonly at: string;
  /** The appended value. It comes from outside: validate it before use. */
  readonly value: unknown;
}

/** An entry to append: `value` is kept as JSON, subject and body are for people who read the log. */
export interface EntryDraft {
  readonly subject: string;
  readonly body?: string | undefined;
  readonly value: unknown;
}

/**
 * The outcome of an append: the entry is the head or below it; another head was there first; or it cannot be known.
 *
 * `unknown` also means refused by the server (`GIT_AUTH`, `GIT_PUSH_REFUSED`): read the cause, then the log.
 */
export type Appended =
  | { readonly kind: "appended"; readonly head: LogEntry }
  | { readonly kind: "lost"; readonly head: LogEntry }
  | { readonly kind: "unknown"; readonly cause: ReleaseError };
