import type { RolloutStatus } from "@lateen/fleet";
import type { StatusResult } from "../../output/result.ts";
import { quoted } from "../../output/text/line.ts";
import { completingCommand } from "../completing-command.ts";
import { leftMixed } from "../not-started.ts";
import { wayBackLine } from "../way-back.ts";
import type { State } from "./read-state.ts";

/** The rollout or rollback that is under way, was cut short, or halted and was followed by no release. */
export function unfinishedOf(state: State): StatusResult["unfinished"] {
  const { rollout, config } = state;
  const held = rollout?.kind === "found" ? rollout.value : undefined;
  if (held === undefined) return undefined;
  // A journal that fleets share by mistake holds one of another environment, which that one alone continues.
  const environment = held.fleet === undefined ? state.environment : held.fleet.environment;
  const { release, purpose, startedAt, moved, actor, outcome } = held;
  const targets = config.promote?.targets.length ?? 0;
  const common = {
    kind: purpose?.kind ?? "release",
    commit: release.sha,
    actor,
    startedAt: new Date(startedAt).toISOString(),
    moved,
    reason: held.reason,
  } as const;
  if (held.state !== "unfinished") {
    if (!leftMixed.has(outcome) || moved === 0 || wasFollowed(state, held)) return undefined;
    const hasLedger = targets > 0 && config.forge !== undefined;
    const back = wayBackLine({ commit: release.sha, before: held.before, hasLedger });
    const again = targets === 0 ? `lateen rollout --sha ${release.sha}` : `lateen ship --sha ${release.sha}`;
    return {
      ...common,
      state: outcome,
      resume: inEnvironment(
        purpose === undefined ? again : completingCommand(release.sha, purpose, targets),
        environment,
      ),
      abandon: inEnvironment(back ?? "lateen rollout --abandon", environment),
    };
  }
  const resume = purpose === undefined ? "lateen rollout --resume" : completingCommand(release.sha, purpose, targets);
  return {
    ...common,
    resume: inEnvironment(resume, environment),
    abandon: inEnvironment("lateen rollout --abandon", environment),
  };
}

/** True if a ledger has a later entry: then another release has dealt with what a rollout left behind. */
function wasFollowed({ targets, fleet }: State, { startedAt }: RolloutStatus): boolean {
  const newest = targets.flatMap(({ status: { ledger } }) => (ledger.kind === "found" ? [ledger.value.entry.at] : []));
  return newest.some((at) => Date.parse(at) > startedAt) || (targets.length === 0 && fleet?.kind === "go");
}

/** A command about the fleet that the state is of. */
function inEnvironment(line: string, environment: string | undefined): string {
  return environment === undefined ? line : `${line} --env ${quoted(environment)}`;
}
