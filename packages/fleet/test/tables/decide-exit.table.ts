import type { CommandEnd } from "../../src/exec/run-command.ts";
import type { MoveOutcome } from "../../src/exec/decide-exit.ts";

/** One end of a `move`, and what it means. */
export interface ExitRow {
  readonly when: string;
  readonly end: CommandEnd;
  readonly outcome: MoveOutcome["kind"];
}

/** Source of 75: sysexits(3), EX_TEMPFAIL; of the others: CLI.md, "Drivers". */
export const exitRows: readonly ExitRow[] = [
  { when: "exit 0", end: { kind: "exited", code: 0 }, outcome: "moved" },
  { when: "exit 75 (EX_TEMPFAIL)", end: { kind: "exited", code: 75 }, outcome: "later" },
  { when: "exit 1", end: { kind: "exited", code: 1 }, outcome: "failed" },
  { when: "exit 74", end: { kind: "exited", code: 74 }, outcome: "failed" },
  { when: "exit 255 (ssh could not connect, or the remote command says so)", end: { kind: "exited", code: 255 }, outcome: "failed" },
  { when: "ended by a signal", end: { kind: "killed", signal: "SIGKILL" }, outcome: "in-doubt" },
  { when: "out of time", end: { kind: "timed-out", timeoutMs: 1 }, outcome: "in-doubt" },
  { when: "ended for printing too much", end: { kind: "too-much-output", maxBytes: 1 }, outcome: "in-doubt" },
  { when: "interrupted", end: { kind: "interrupted" }, outcome: "in-doubt" },
  { when: "no such program", end: { kind: "not-started", code: "ENOENT" }, outcome: "not-started" },
];
