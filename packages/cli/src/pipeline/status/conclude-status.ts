import { formatDuration, plainText, type Reading } from "@lateen/kernel";
import type { RolloutStatus } from "@lateen/fleet";
import type { PromotionStatus } from "@lateen/promote";
import type { CommandResult } from "../../commands/command.ts";
import type { FleetResult, ImageResult, StatusResult, TagResult } from "../../output/result.ts";
import { completingCommand } from "../completing-command.ts";
import { wayBackLine } from "../way-back.ts";
import { leftMixed, markNotStarted } from "../not-started.ts";
import { fleetResult } from "../steps/fleet-result.ts";
import type { State, TargetState } from "./read-state.ts";
import { formatFleet, table } from "../../output/answer.ts";
import { describeHaltOf } from "../../output/describe-halt.ts";
import { judgeState } from "./judge-state.ts";
import { quoted, counted, short, shortDigest, toSeconds } from "../../output/text/line.ts";

type TagStatus = PromotionStatus["tags"][number];

/** The end of `status`: what could not be read is `unknown`; drift is an error only where that was asked for. */
export function concludeStatus(state: State, { failOnDrift }: { readonly failOnDrift: boolean }): CommandResult {
  const { drift, reasons, reason } = judgeState(state);
  const outcome = drift === "unknown" ? "unknown" : drift === "drift" && failOnDrift ? "refused" : "ok";
  const fleet = fleetOf(state);
  const images = state.targets.flatMap(({ status }) => status.tags.map(imageOf));
  const [first] = state.targets;
  const ledger =
    first?.status.ledger.kind === "found"
      ? { ledger: { entry: first.status.ledger.value.id, position: first.status.ledger.value.position } }
      : {};
  const unfinished = unfinishedOf(state);
  const status: StatusResult = {
    drift,
    reasons,
    targets: state.targets.map(targetResult),
    fleet: fleet === undefined ? undefined : fleetAge(state),
    ...(unfinished === undefined ? {} : { unfinished }),
    holds: state.holds,
  };
  return {
    outcome,
    document: {
      ...(outcome === "ok" ? {} : { code: drift === "drift" ? "DRIFT" : "DRIFT_UNKNOWN" }),
      reason,
      images,
      ...ledger,
      ...(fleet === undefined ? {} : { fleet }),
      status,
      evidence: state.evidence,
      ...(unfinished === undefined ? {} : { next: [unfinished.resume, unfinished.abandon] }),
    },
    answer: [
      formatUnfinished(state, unfinished),
      formatHolds(state),
      ...(state.targets.length === 0
        ? ["ledger: none is configured"]
        : state.targets.map((target) => formatTarget(target, state.now))),
      fleet === undefined ? missingFleet(state) : `${formatFleetAge(state)}\n${formatFleet(fleet)}`,
      `${drift === "none" ? "no drift" : drift}: ${reason}`,
    ].join("\n\n"),
  };
}

/** The fleet as it was seen, in the words of the last rollout. */
function fleetOf({ fleet, rollout }: State): FleetResult | undefined {
  if (fleet?.value === undefined) return undefined;
  return markNotStarted(fleetResult(fleet.value), rollout?.kind === "found" ? rollout.value : undefined);
}

/** The rollout or rollback that is under way, was cut short, or halted and was followed by no release. */
function unfinishedOf(state: State): StatusResult["unfinished"] {
  const { rollout, config, environment } = state;
  const held = rollout?.kind === "found" ? rollout.value : undefined;
  if (held === undefined) return undefined;
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

function formatUnfinished({ rollout, now }: State, unfinished: StatusResult["unfinished"]): string {
  if (rollout === undefined) return "unfinished: no fleet is configured";
  if (rollout.kind === "unknown") return `unfinished: unknown (${plainText(rollout.cause.message, 200)})`;
  if (unfinished === undefined)
    return `unfinished: nothing${lastOf(rollout.kind === "found" ? rollout.value : undefined, now)}`;
  const { kind, state, commit, actor, startedAt = "", moved, resume, abandon } = unfinished;
  const what = kind === "rollback" ? "rollback to" : "rollout of";
  const since =
    state === undefined
      ? `for ${age(now - Date.parse(startedAt))}, since ${toSeconds(startedAt)}`
      : `begun ${age(now - Date.parse(startedAt))} ago, at ${toSeconds(startedAt)}`;
  return [
    `${state ?? "unfinished"}: ${what} ${short(commit)}${actor === undefined ? "" : ` by ${plainText(actor, 60)}`}, ${since}, ${counted(moved ?? 0, "tenant")} moved`,
    ...(rollout.kind === "found" && rollout.value !== undefined ? describeHaltOf(rollout.value) : []).map(
      (line) => `  ${line}`,
    ),
    `  to resume:  ${resume}`,
    `  ${abandon.startsWith("lateen rollback") ? "to go back:" : "to abandon:"} ${abandon}`,
  ].join("\n");
}

/** The rollout that ended last: it is how old the fleet's state is. */
function lastOf(rollout: RolloutStatus | undefined, now: number): string {
  if (rollout === undefined) return "; there was no rollout yet";
  const { release, startedAt, outcome = rollout.state } = rollout;
  return `; the last rollout, of ${short(release.sha)}, began ${age(now - startedAt)} ago and ended ${outcome}`;
}

function formatHolds({ holds, config }: State): string {
  if (holds.length === 0)
    return config.killSwitch === undefined ? "holds: no kill switch is configured" : "holds: none";
  return ["holds:", ...holds.map(({ rule, reason }) => `  ${rule}: ${plainText(reason, 300)}`)].join("\n");
}

/** When the tenants were asked, and since when the fleet is known to run what it is compared with. */
function fleetAge({ fleetReadAt, fleetProof, now }: State): StatusResult["fleet"] {
  if (fleetReadAt === undefined) return undefined;
  return {
    readAt: new Date(fleetReadAt).toISOString(),
    provenAt: fleetProof === undefined ? undefined : new Date(fleetProof.at).toISOString(),
    provenBy: fleetProof?.by,
    ageMs: fleetProof === undefined ? undefined : Math.max(0, now - fleetProof.at),
  };
}

function formatFleetAge({ fleetReadAt = 0, fleetProof, reference, now }: State): string {
  const proof =
    fleetProof === undefined
      ? `nothing on record proves it on ${short(reference?.commit)}`
      : `proven on ${short(reference?.commit)} ${age(now - fleetProof.at)} ago (${fleetProof.by})`;
  return `fleet, asked ${age(now - fleetReadAt)} ago; ${proof}`;
}

/** A fleet that was not asked is never passed over in silence. */
function missingFleet({ config }: State): string {
  return config.fleet === undefined
    ? "fleet: none is configured"
    : "fleet: not asked, since no release of a ledger or journal says what it should run";
}

function targetResult({ name, status }: TargetState): StatusResult["targets"][number] {
  const { trunk, ledger, ahead, ledgerAgeMs, drift } = status;
  const entry = ledger.kind === "found" ? ledger.value : undefined;
  return {
    name,
    // Without an entry nothing was compared.
    drift: drift === "none" && ledger.kind === "absent" ? "unknown" : drift,
    trunk: trunk.kind === "found" ? trunk.value : undefined,
    commit: entry?.entry.commit,
    position: entry?.position,
    actor: entry?.entry.actor,
    reason: entry?.entry.reason,
    ageMs: ledgerAgeMs,
    aheadBy: ahead?.commits,
    aheadForMs: ahead?.forMs,
    readAt: new Date(status.readAt).toISOString(),
    tags: status.tags.map(({ repository, tag, state, age: known }) => ({
      repository,
      tag,
      state,
      ageMs: known.kind === "since" ? known.ms : undefined,
      movedWithinMs: known.kind === "within" ? known.ms : undefined,
    })),
    releases: status.releases.map(({ commit, position: at, state }) => ({ commit, position: at, state })),
  };
}

function imageOf({ repository, tag, wanted, current, revision, state }: TagStatus): ImageResult {
  const actions: Readonly<Record<TagStatus["state"], TagResult["action"]>> = {
    follows: "unchanged",
    uncovered: "unchanged",
    differs: "foreign",
    missing: "pending",
    unknown: "pending",
  };
  const after = current.kind === "found" ? current.value.digest : undefined;
  return {
    repository,
    digest: wanted,
    revision: revision?.kind === "found" ? revision.value : undefined,
    tags: [{ tag, after, action: actions[state] }],
  };
}

/** The ways back: releases before the present one, and if a registry still has them. */
function formatReleases(releases: TargetState["status"]["releases"]): string[] {
  const [, ...before] = releases;
  if (before.length === 0) return [];
  const named = before.map(({ commit, position, state }) => `${short(commit)} (entry ${position}) ${state}`);
  return [`  ways back: ${named.join(", ")}`];
}

function formatTarget({ name, status }: TargetState, now: number): string {
  const { trunk, ledger, ahead, ledgerAgeMs, tags } = status;
  const lead =
    ahead === undefined || ahead.commits === 0
      ? ""
      : `${ahead.commits}${ahead.atLeast ? " or more" : ""} ahead${ahead.forMs === undefined ? "" : ` for ${age(ahead.forMs)}`}`;
  const entry = ledger.kind === "found" ? ledger.value : undefined;
  return [
    `target ${name}, read ${age(now - status.readAt)} ago`,
    table([
      ["trunk", shown(trunk, short), lead],
      [
        "ledger",
        shown(ledger, (head) => short(head.entry.commit)),
        entry === undefined
          ? ""
          : `entry ${entry.position}, ${age(ledgerAgeMs ?? 0)} ago, by ${plainText(entry.entry.actor, 60)}: ${plainText(entry.entry.reason, 100)}`,
      ],
      ...tags.map((one) => [
        `${one.repository}:${one.tag}`,
        one.revision?.kind === "found" ? short(one.revision.value) : "?",
        `${shown(one.current, ({ digest }) => shortDigest(digest))}, ${one.state}${one.current.kind === "found" ? sinceWhen(one.age, entry?.position) : ""}`,
      ]),
    ]),
    ...formatReleases(status.releases),
  ].join("\n");
}

/** Of a tag: no registry says when it was moved, so it is what the ledger shows. */
function sinceWhen(known: TagStatus["age"], position = 0): string {
  if (known.kind === "since") return ` for ${age(known.ms)}`;
  if (known.kind === "within") return `, moved within the last ${age(known.ms)}`;
  return known.kind === "before" ? `, as before entry ${position}` : ", age unknown";
}

function shown<T>(reading: Reading<T>, format: (value: T) => string): string {
  if (reading.kind === "found") return format(reading.value);
  return reading.kind === "absent" ? "none" : `unknown (${plainText(reading.cause.message, 100)})`;
}

/** Only the two largest units: no one needs the milliseconds of a day. */
function age(ms: number): string {
  return (formatDuration(Math.max(1, Math.round(ms / 1000)) * 1000).match(/\d+[a-z]+/g) ?? []).slice(0, 2).join("");
}
