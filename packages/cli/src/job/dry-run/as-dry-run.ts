import type { Job } from "../job.ts";
import { isSimulatedEvent } from "./simulated-events.ts";
import { recordWrites } from "./record-writes.ts";

/**
 * The same job as a dry run: its writes are remembered, and events of what has not happened are not reported.
 *
 * `host.clock` stays the real one: what has to be seen twice at two times, is.
 */
export function asDryRun(job: Job): Job {
  return {
    ...job,
    dryRun: true,
    wiring: recordWrites(job.wiring),
    report: (event) => (isSimulatedEvent(event) ? undefined : job.report(event)),
  };
}
