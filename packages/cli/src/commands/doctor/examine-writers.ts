import { plainText, type Reading } from "@lateen/kernel";
import { z } from "zod";
import { gateOf, type GateConfig } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import { counted, someOf } from "../../output/text/line.ts";
import { askApi } from "./ask-api.ts";
import { type Examination, failed, type Finding, well, warning } from "./finding.ts";

/** Names that are shown; the others are counted. */
const mostNames = 5;

/**
 * Users who can post a status, and push the refs of ledger and hold: everyone who may write to the repository.
 *
 * Sources: Gitea's `models/repo/user_repo.go`, `GetRepoAssignees` (all with the right to write); docs.github.com, "List repository
 * collaborators", `permission=push`.
 */
export function writerExamination(job: Job): Examination {
  return { check: "writers", look: () => lookAtWriters(job) };
}

async function lookAtWriters(job: Job): Promise<Finding> {
  const { forge } = job.settings.config;
  const path = forge?.kind === "github" ? "/collaborators?affiliation=all&permission=push&per_page=100" : "/assignees";
  const users = await readList(job, path, z.array(z.object({ login: z.string() })));
  if (users.kind === "unknown") return failed("writers", users.cause);
  const named =
    users.kind === "absent"
      ? "everybody"
      : someOf(
          users.value.map(({ login }) => plainText(login, 60)),
          mostNames,
        );
  const unlisted = users.kind === "absent" ? " (this token may not list them)" : "";
  const who = `${named} may write to the repository${unlisted}`;
  const refs = await refsOnForge(job);
  const checks = (gateOf(job.settings.config)?.checks ?? []).filter((check) => isOpen(check)).length;
  const acts = [
    ...(checks === 0 ? [] : [`can post a green status for ${counted(checks, "required check")} without \`from\``]),
    ...(refs.length === 0 ? [] : [`can push ${refs.join(" and ")}`]),
  ];
  return well(
    "writers",
    acts.length === 0 ? `${who}: no status and no ref of theirs counts` : `${who}, and so ${acts.join(" and ")}`,
  );
}

function isOpen(check: GateConfig["checks"][number]): boolean {
  return typeof check === "string" || check.from === undefined;
}

/** The refs of ledger, mirror and hold that the forge's own repository keeps. */
async function refsOnForge(job: Job): Promise<readonly string[]> {
  const { fleet, forge, promote, killSwitch } = job.settings.config;
  const trials = promote === undefined && fleet?.mirror === undefined ? [] : await job.wiring.gitTrials();
  const refs = trials.flatMap(({ ref, remote }) => (remote.startsWith(`${forge?.url}/`) ? [ref] : []));
  return [...refs, ...(killSwitch?.ref === undefined ? [] : [killSwitch.ref])];
}

/** A job that waits for its gate holds a runner, which the jobs that it waits for may need. */
export function runnerExamination(job: Job): Examination {
  return { check: "runners", look: () => lookAtRunners(job) };
}

const runners = z.object({
  runners: z.array(z.object({ status: z.string(), disabled: z.boolean().optional() })).nullable(),
});

async function lookAtRunners(job: Job): Promise<readonly Finding[]> {
  const own = await readList(job, "/actions/runners", runners);
  if (own.kind !== "found") return own.kind === "absent" ? [] : [failed("runners", own.cause)];
  const online = (own.value.runners ?? []).filter(
    ({ status, disabled }) => status !== "offline" && disabled !== true,
  ).length;
  const others = "those of the organisation and of the instance are not listed there";
  if (online !== 1)
    return [well("runners", `the repository has ${counted(online, "runner")} of its own online; ${others}`)];
  return [
    warning(
      "runners",
      `the repository has one runner of its own online; ${others}. If it takes one job at a time, a job that waits for its gate keeps the jobs that it waits for from running`,
      "start lateen by workflow_run once the others have ended, as lateen init writes it for Gitea 1.25 and later, or add a runner",
    ),
  ];
}

/** A list of the repository; absent if this server or this token does not show it. */
async function readList<T>(job: Job, path: string, schema: z.ZodType<T>): Promise<Reading<T>> {
  const { repository } = job.settings.config.forge ?? {};
  return askApi(job, `/repos/${repository}${path}`, schema, job.wiring.forgeToken());
}
