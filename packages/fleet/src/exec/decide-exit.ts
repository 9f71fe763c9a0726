import type { CommandEnd } from "./run-command.ts";

/** Result of a `move` for its tenant. */
export type MoveOutcome =
  /** Moved by its own account, still to be proven. */
  | { readonly kind: "moved" }
  /** Nothing has happened; the same command may be run again later. */
  | { readonly kind: "later"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string }
  /** It may have had its effect: the tenant is looked at before anything else. */
  | { readonly kind: "in-doubt"; readonly reason: string }
  /** It never ran, so nothing has happened. */
  | { readonly kind: "not-started"; readonly reason: string };

/** EX_TEMPFAIL of sysexits(3): "the user is invited to retry". */
const tryLater = 75;

/** Judges the end of a `move`; the end alone, since what a command prints is for people. */
export function decideExit(end: CommandEnd): MoveOutcome {
  const reason = describeEnd(end);
  switch (end.kind) {
    case "exited":
      if (end.code === 0) return { kind: "moved" };
      return { kind: end.code === tryLater ? "later" : "failed", reason };
    case "not-started":
      return { kind: "not-started", reason };
    case "killed":
    case "timed-out":
    case "too-much-output":
    case "interrupted":
      return { kind: "in-doubt", reason };
  }
}

/** The end of a command as a clause. */
export function describeEnd(end: CommandEnd): string {
  switch (end.kind) {
    case "exited":
      return `ended with ${end.code}`;
    case "killed":
      return `was ended by ${end.signal}`;
    case "timed-out":
      return `was not done after ${Math.round(end.timeoutMs / 100) / 10} s`;
    case "too-much-output":
      return `printed more than ${end.maxBytes} bytes`;
    case "interrupted":
      return "was interrupted";
    case "not-started":
      return end.code === "ENOENT" ? "was not found" : `could not be started (${end.code})`;
  }
}
