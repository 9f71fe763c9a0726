import type { DoubtDecision } from "../../src/model/decide-ambiguous-write.ts";

/** Readings after a write with an ambiguous answer; digests are named by their role. */
export const doubtTable: readonly {
  readonly before: "old" | "nothing" | "not known";
  readonly seen: "wanted" | "old" | "nothing" | "third" | "unreadable";
  readonly lastTry: boolean;
  readonly decision: DoubtDecision;
  readonly because: string;
}[] = [
  { before: "old", seen: "wanted", lastTry: false, decision: "applied", because: "the write happened, only its answer was lost" },
  { before: "old", seen: "wanted", lastTry: true, decision: "applied", because: "the write happened, only its answer was lost" },
  { before: "nothing", seen: "wanted", lastTry: false, decision: "applied", because: "the write happened, only its answer was lost" },
  { before: "not known", seen: "wanted", lastTry: false, decision: "applied", because: "the write happened, only its answer was lost" },
  { before: "old", seen: "old", lastTry: false, decision: "send-again", because: "nothing has changed" },
  { before: "old", seen: "old", lastTry: true, decision: "not-applied", because: "nothing has changed, and it was tried often enough" },
  { before: "nothing", seen: "nothing", lastTry: false, decision: "send-again", because: "nothing has changed" },
  { before: "nothing", seen: "nothing", lastTry: true, decision: "not-applied", because: "nothing has changed, and it was tried often enough" },
  { before: "old", seen: "nothing", lastTry: false, decision: "send-again", because: "a tag that is read as absent lags; the same bytes again do no harm" },
  { before: "not known", seen: "nothing", lastTry: false, decision: "send-again", because: "nothing is there" },
  { before: "old", seen: "third", lastTry: false, decision: "foreign", because: "another writer wrote in between" },
  { before: "nothing", seen: "third", lastTry: true, decision: "foreign", because: "another writer wrote in between" },
  { before: "not known", seen: "third", lastTry: false, decision: "not-applied", because: "whether it is old or foreign, the caller knows" },
  { before: "not known", seen: "old", lastTry: false, decision: "not-applied", because: "whether it is old or foreign, the caller knows" },
  { before: "old", seen: "unreadable", lastTry: false, decision: "unknown", because: "without a look nothing is repeated" },
  { before: "nothing", seen: "unreadable", lastTry: true, decision: "unknown", because: "without a look nothing is repeated" },
  { before: "not known", seen: "unreadable", lastTry: false, decision: "unknown", because: "without a look nothing is repeated" },
];
