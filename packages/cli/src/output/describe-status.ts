import { plainText, type Reading } from "@lateen/kernel";
import type { RolloutStatus } from "@lateen/fleet";
import type { PromotionStatus } from "@lateen/promote";
import type { State, TargetState } from "../pipeline/status/read-state.ts";
import { formatFleet, table } from "./answer.ts";
import { describeHaltOf } from "./describe-halt.ts";
import type { FleetResult, StatusResult } from "./result.ts";
import { counted, short, shortDigest } from "./text/line.ts";
import { age, toSeconds } from "./text/times.ts";

/** Conclusions from the state that its text shows as well. */
export interface StatusConclusions {
  readonly fleet: FleetResult | undefined;
  readonly unfinished: StatusResult["unfinished"];
  /** The last line. */
  readonly drift: string;
}

/** The screen of `status`: what is unfinished, holds, each target, the fleet, and the drift between them. */
export function describeStatus(state: State, { fleet, unfinished, drift }: StatusConclusions): string {
  return [
    formatUnfinished(state, unfinished),
    formatHolds(state),
    ...(state.targets.length === 0
      ? ["ledger: none is configured"]
      : state.targets.map((target) => formatTarget(target, state.now))),
    fleet === undefined ? missingFleet(state) : `${formatFleetAge(state)}\n${formatFleet(fleet)}`,
    drift,
  ].join("\n\n");
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
    `${state ?? "unfinished"}: ${what} ${short(commit)}${actor === undefined ? "" : ` by ${plainText(actor, 60)}`}, ${counted(moved ?? 0, "tenant")} moved, ${since}`,
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
function sinceWhen(known: PromotionStatus["tags"][number]["age"], position = 0): string {
  if (known.kind === "since") return ` for ${age(known.ms)}`;
  if (known.kind === "within") return `, moved within the last ${age(known.ms)}`;
  return known.kind === "before" ? `, as before entry ${position}` : ", age unknown";
}

function shown<T>(reading: Reading<T>, format: (value: T) => string): string {
  if (reading.kind === "found") return format(reading.value);
  return reading.kind === "absent" ? "none" : `unknown (${plainText(reading.cause.message, 100)})`;
}
