import { type Evidence, isoNow } from "@lateen/kernel";
import type { Job } from "../job/job.ts";

/** Evidence that is read now. */
export function evidence(
  job: Pick<Job, "wiring">,
  rule: string,
  verdict: string,
  fact: string,
  source: string,
): Evidence {
  return { rule, verdict, fact, source, at: isoNow(job.wiring.clock) };
}
