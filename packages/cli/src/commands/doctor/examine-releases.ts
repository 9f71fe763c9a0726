import { readPastReleases } from "@lateen/promote";
import { defaultPin, tagPattern } from "../../config/tag-template.ts";
import type { Job } from "../../job/job.ts";
import { short } from "../../output/text/line.ts";
import { type Examination, type Finding, well } from "./finding.ts";

/** If a way back exists: if the releases that a rollback would choose from can still be pulled. */
export function releaseExaminations(job: Job): readonly Examination[] {
  const { release, promote } = job.settings.config;
  const kept = tagPattern(promote === undefined || promote.pin === false ? defaultPin : promote.pin);
  return (promote?.targets ?? []).map(({ name, images = release?.images ?? [] }) => {
    const check = `ways back ${name}`;
    const look = async (): Promise<Finding | readonly Finding[]> => {
      const [ledger, tags] = await Promise.all([job.wiring.ledger(name), job.wiring.registries()]);
      const scope = { images: images.map(({ repository }) => repository) };
      const [, ...before] = await readPastReleases(scope, { ledger, tags }, job.signal);
      return before.length === 0 ? [] : describe(check, before, kept);
    };
    return { check, look };
  });
}

type PastReleases = Awaited<ReturnType<typeof readPastReleases>>;

function describe(check: string, releases: PastReleases, kept: string): Finding {
  const named = releases.map(({ commit, position, state }) => `${short(commit)} (entry ${position}) ${state}`);
  const fact = named.join(", ");
  if (releases.every(({ state }) => state === "pullable")) return well(check, fact);
  const lost = releases.flatMap(({ images }) => images.filter(({ state }) => state !== "pullable"));
  const places = [...new Set(lost.map(({ repository }) => repository))].join(", ");
  const isGone = releases.some(({ state }) => state === "gone");
  return {
    check,
    verdict: isGone ? "warning" : "trouble",
    fact: `${fact}: ${isGone ? "images are missing from" : "not everything could be read from"} ${places}`,
    fix: isGone
      ? `leave promote.pin on, and exempt ${kept} from whatever deletes images there; what is gone has to be built again`
      : "run again when the registry answers",
  };
}
