import type { FleetCheck } from "@lateen/fleet/checks";
import { parseSlug } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { type Examination, type Finding, read, well, gap } from "./finding.ts";

/** Each check of the fleet: its provider is asked; what has effects of its own is not run. */
export function checkExaminations(job: Job): readonly Examination[] {
  const { fleet } = job.settings.config;
  if (fleet === undefined || fleet.checks.length === 0) return [];
  return [{ check: "checks", look: () => tryChecks(job, fleet.canary[0]) }];
}

async function tryChecks(job: Job, canary: string | undefined): Promise<readonly Finding[]> {
  const { checks } = await job.wiring.fleet();
  return Promise.all(checks.map((check) => tryCheck(check, canary, job)));
}

async function tryCheck(check: FleetCheck, canary: string | undefined, job: Job): Promise<Finding> {
  const { name, about, reach, hasEffects } = check;
  const named = `check ${name}`;
  const example = canary === undefined ? undefined : parseSlug(canary);
  if (reach !== undefined)
    return read(named, await reach(job.signal, example), (fact) => fact, {
      absent: (fact) => gap(named, fact, `correct the check ${name}, or remove it`),
    });
  if (hasEffects || canary === undefined) return well(named, `${about} is left to a rollout`);
  const reading = await check.observe(contextOf(canary, job), job.signal);
  return read(named, reading, (sample) => `${sample.source} answers`);
}

function contextOf(canary: string, { wiring }: Job): Parameters<FleetCheck["observe"]>[0] {
  const slug = parseSlug(canary);
  const now = wiring.clock.now();
  const about = { step: "canary", sha: "0".repeat(40), tag: "doctor", wave: "canary" } as const;
  return {
    ...about,
    slug,
    slugs: [slug],
    moved: [slug],
    unmoved: [],
    before: undefined,
    startedAt: now,
    look: 0,
    looks: 1,
  };
}
