import { understand } from "./read-source.ts";
import { renderReport } from "./render-report.ts";

/**
 * The HTML of `lateen report`, of the events of one run and of its result, in one file that needs nothing else.
 *
 * @param at - ISO 8601, when the report was made
 * @throws ReleaseError `REPORT_SOURCE` if neither holds anything of a rollout
 */
export function reportOf(events: readonly object[], result: object | undefined, at: string): string {
  const lines = [...events, ...(result === undefined ? [] : [{ ...result, type: "result" }])];
  return renderReport(understand("/", "/events.ndjson", lines.map((line) => JSON.stringify(line)).join("\n")), at);
}
