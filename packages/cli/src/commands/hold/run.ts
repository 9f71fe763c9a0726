import { calendar } from "@lateen/fleet/schema";
import { type Evidence, go, isoNow, parseDuration, stop, type Verdict } from "@lateen/kernel";
import { usageError } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import type { ConcludeOptions } from "../../output/conclude.ts";
import type { PipelineState } from "../../pipeline/run-pipeline.ts";

export interface HoldChange {
  readonly lift: boolean;
  /** May be empty if the hold is lifted. */
  readonly reason: string;
  /** An instant, or a duration from now. */
  readonly until: string | undefined;
}

/** Arms or lifts the hold; answers what happened, for the end of the command. */
export async function changeHold(
  job: Job,
  { lift, reason, until }: HoldChange,
): Promise<readonly [Verdict<Partial<PipelineState>>, ConcludeOptions]> {
  const { ref } = job.settings.config.killSwitch ?? {};
  const holds = await job.wiring.holds();
  if (holds === undefined || ref === undefined)
    throw usageError("no guard reads a hold", "write killSwitch: { ref: true } in the configuration");
  const end = until === undefined ? undefined : instantOf(until, job.wiring.clock.now());
  job.wiring.demandSecrets();
  const at = isoNow(job.wiring.clock);
  const known = await holds.read(job.signal);
  const evidence = (verdict: string, fact: string): readonly [Evidence] => [
    { rule: "kill-switch", verdict, fact, source: ref, at },
  ];
  if (lift && known.kind === "absent") {
    const nothing = `${ref} holds nothing`;
    return [go({}, evidence("free", nothing)), { outcome: "unchanged", reason: nothing }];
  }
  // An entry that is not understood holds too, and is replaced; a ref that cannot be reached is not written blindly.
  if (known.kind === "unknown" && known.cause.code !== "HOLD_UNREADABLE") {
    const { message } = known.cause;
    return [
      stop({ outcome: "unknown", code: "HOLD_UNKNOWN", reason: message, evidence: evidence("unknown", message) }),
      unchanged,
    ];
  }
  const { actor } = job;
  if (job.dryRun) {
    const would = lift ? "would lift the hold on" : "would hold";
    const planned = `${actor} ${would} ${ref}; nothing was written`;
    return [
      go({}, evidence(known.kind === "absent" ? "free" : "held", planned)),
      { outcome: "planned", reason: planned },
    ];
  }
  if (lift) await holds.lift({ actor, reason: reason === "" ? "lifted" : reason, at }, job.signal);
  else await holds.arm({ actor, reason, until: end, at }, job.signal);
  const done = lift
    ? `${actor} lifted the hold on ${ref}`
    : `${actor} holds ${ref}${end === undefined ? "" : ` until ${end}`}: ${reason}`;
  return [go({}, evidence(lift ? "free" : "held", done)), { outcome: "ok", reason: done }];
}

const unchanged: ConcludeOptions = { outcome: "unchanged", reason: "nothing was written" };

/** A day to its end in UTC, an instant with its offset, or a duration from now. @throws ReleaseError `USAGE` */
function instantOf(text: string, now: number): string {
  const at = /^\d+[a-z]/.test(text) ? now + parseDuration(text) : calendar.parseUntil(text);
  if (at === undefined)
    throw usageError(
      `--until ${JSON.stringify(text.slice(0, 60))} is not a time`,
      "write a day such as 2027-01-31, an instant with its offset, such as 2027-01-31T18:00:00Z, or a duration, such as 2h",
    );
  if (at <= now) throw usageError("--until has passed", "give a time to come, or lateen hold --lift");
  return new Date(at).toISOString();
}
