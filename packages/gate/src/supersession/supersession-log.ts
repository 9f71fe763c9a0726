import {
  absent,
  asReleaseError,
  type CommitSha,
  found,
  isShaPrefix,
  parseCommitSha,
  type AppendLog,
  type Reading,
  type ReleaseError,
  unknown,
} from "@lateen/kernel";
import { z } from "zod";
import { gateError } from "../errors.ts";
import { appendBehind } from "../forge/append-behind.ts";
import type { Attempt, Attempts } from "../ports/attempts.ts";

const commitSha = z
  .string()
  .refine((text) => text.length === 40 && isShaPrefix(text), { message: "is not a full commit SHA" })
  .transform((text): CommitSha => parseCommitSha(text));

/** One entry of the starvation guard's memory, as it is written. */
const attemptSchema: z.ZodType<Attempt, unknown> = z.object({
  sha: commitSha,
  outcome: z.enum(["superseded", "finished"]),
  at: z.string().max(40),
});

/** Maximum number of log entries read: far more than any `max` of a starvation guard. */
const longestMemory = 100;

/**
 * Keeps {@link Attempts} in a log on a git ref, one commit per entry.
 *
 * @example
 * const attempts = createAttempts(createGitRefLog({ remote, ref: "refs/lateen/attempts", token }));
 */
export function createAttempts(log: AppendLog): Attempts {
  return {
    async read(signal) {
      const entries = await log.entries({ limit: longestMemory }, signal);
      if (entries.kind !== "found") return entries;
      return readAttempts(entries.value.map(({ value }) => value));
    },
    async record(attempt, signal) {
      await appendBehind(log, { subject: `${attempt.outcome} ${attempt.sha}`, value: attempt }, signal);
    },
  };
}

/** The log is newest first, attempts are oldest first. */
function readAttempts(values: readonly unknown[]): Reading<readonly Attempt[]> {
  if (values.length === 0) return absent("no release has been counted yet");
  const attempts = values.map((value) => attemptSchema.safeParse(value));
  const broken = attempts.find(({ success }) => !success);
  if (broken?.error !== undefined) return unknown(unreadable(broken.error));
  return found(attempts.flatMap(({ data }) => data ?? []).toReversed());
}

function unreadable(cause: unknown): ReleaseError {
  return gateError("ATTEMPTS_UNREADABLE", "state", {
    message: `an entry of the starvation guard's log is not understood: ${asReleaseError(cause).message.slice(0, 200)}`,
    fix: "delete the ref; the guard then counts from zero",
    cause,
  });
}
