import { absent, type AppendLog, found, plainText, type Reading, type ReleaseError, unknown } from "@lateen/kernel";
import { z } from "zod";
import { gateError } from "../errors.ts";
import { appendBehind } from "../forge/append-behind.ts";
import type { Hold, Holds } from "../ports/holds.ts";

const instant = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)), { message: "is not a time" });

/** One entry of the log of holds, as it is written. */
const holdEntrySchema = z.object({
  kind: z.enum(["hold", "lift"]),
  reason: z.string().max(2_000),
  actor: z.string().max(200),
  until: instant.optional(),
  at: z.string().max(40),
});

/** A hold that can be armed and lifted. */
export interface HoldLog extends Holds {
  arm(hold: Hold & { readonly at: string }, signal?: AbortSignal): Promise<void>;
  lift(
    by: { readonly actor: string; readonly reason: string; readonly at: string },
    signal?: AbortSignal,
  ): Promise<void>;
}

/**
 * Keeps a {@link Hold} in a log on a git ref, one commit per entry: everyone who may push can arm it, and who did is readable with
 * `git log`. The newest entry counts.
 *
 * @example
 * const holds = createHoldLog(createGitRefLog({ remote, ref: "refs/lateen/hold", token }));
 */
export function createHoldLog(log: AppendLog): HoldLog {
  return {
    async read(signal) {
      const head = await log.read(signal);
      return head.kind === "found" ? readEntry(head.value.value) : head;
    },
    arm: ({ reason, actor, until, at }, signal) => {
      const value = { kind: "hold", reason, actor, at, ...(until === undefined ? {} : { until }) };
      return appendBehind(log, { subject: `hold: ${plainText(reason, 60)}`, value }, signal);
    },
    lift: (by, signal) =>
      appendBehind(log, { subject: `lift: ${plainText(by.reason, 60)}`, value: { kind: "lift", ...by } }, signal),
  };
}

function readEntry(value: unknown): Reading<Hold> {
  const entry = holdEntrySchema.safeParse(value);
  if (!entry.success) return unknown(unreadable(entry.error));
  const { kind, actor, reason, until } = entry.data;
  return kind === "lift" ? absent(`lifted by ${plainText(actor, 80)}`) : found({ reason, actor, until });
}

function unreadable(cause: unknown): ReleaseError {
  return gateError("HOLD_UNREADABLE", "state", {
    message: "the newest entry of the hold is not understood",
    fix: "look at the ref with git log; lateen hold --lift writes a new entry",
    cause,
  });
}
