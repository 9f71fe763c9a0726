import type { Job } from "../../job/job.ts";
import type { Examination } from "./finding.ts";
import { type ClockReading, judgeClocks } from "./judge-clocks.ts";

/** Compares this machine's clock with the `Date` of the forge's and the control planes' answers. */
export function clockExaminations(job: Job): readonly Examination[] {
  const { forge, fleet } = job.settings.config;
  const servers = [
    ...(forge === undefined ? [] : [{ server: "the forge", url: `${forge.api}/version` }]),
    ...(fleet?.controlPlanes ?? []).flatMap((plane) =>
      "url" in plane ? [{ server: plane.name, url: `${plane.url}/health` }] : [],
    ),
  ];
  return [
    {
      check: "clock",
      async look() {
        const readings = await Promise.all(servers.map(({ server, url }) => readClock(job, server, url)));
        return judgeClocks(readings.filter((reading) => reading !== undefined));
      },
    },
  ];
}

/** Any answer has a date (RFC 9110 §6.6.1), so no token is sent; a server that does not answer is reported elsewhere. */
async function readClock(job: Job, server: string, url: string): Promise<ClockReading | undefined> {
  const asked = job.host.clock.now();
  try {
    const response = await job.wiring.http.open({ url, deadlines: { headersMs: 5_000 } }, job.signal);
    await response.discard();
    const date = Date.parse(response.header("date") ?? "");
    const answered = job.host.clock.now();
    return Number.isNaN(date) ? undefined : { server, aheadMs: (asked + answered) / 2 - date };
  } catch {
    return undefined;
  }
}
