import { formatDuration, plainText, type Reading } from "@lateen/kernel";
import type { TagStatus } from "@lateen/promote";
import type { CommandResult } from "../command.ts";
import type { ImageResult, StatusResult, TagResult } from "../../output/result.ts";
import { fleetResult } from "../../pipeline/steps/roll-out.ts";
import type { State, TargetState } from "./run.ts";
import { formatFleet, table } from "../../output/answer.ts";
import { judgeState } from "./decide.ts";
import { short, shortDigest } from "../../output/text/line.ts";

/** The end of `status`: what could not be read is `unknown`; drift is an error only where that was asked for. */
export function concludeStatus(state: State, { failOnDrift }: { readonly failOnDrift: boolean }): CommandResult {
  const { drift, reasons, reason } = judgeState(state);
  const outcome = drift === "unknown" ? "unknown" : drift === "drift" && failOnDrift ? "refused" : "ok";
  const fleet = state.fleet?.value === undefined ? undefined : fleetResult(state.fleet.value);
  const images = state.targets.flatMap(({ status }) => status.tags.map(imageOf));
  const [first] = state.targets;
  const ledger =
    first?.status.ledger.kind === "found"
      ? { ledger: { entry: first.status.ledger.value.id, position: first.status.ledger.value.position } }
      : {};
  const status: StatusResult = { drift, reasons, targets: state.targets.map(targetResult) };
  return {
    outcome,
    document: {
      reason,
      images,
      ...ledger,
      ...(fleet === undefined ? {} : { fleet }),
      status,
      evidence: state.evidence,
    },
    answer: [
      state.hold === undefined ? "" : `held: ${state.hold}`,
      ...state.targets.map(formatTarget),
      fleet === undefined ? "" : formatFleet(fleet),
      `${drift === "none" ? "no drift" : drift}: ${reason}`,
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
  };
}

function targetResult({ name, status }: TargetState): StatusResult["targets"][number] {
  const { trunk, ledger, ahead, ledgerAgeMs, drift } = status;
  const entry = ledger.kind === "found" ? ledger.value : undefined;
  return {
    name,
    drift,
    trunk: trunk.kind === "found" ? trunk.value : undefined,
    commit: entry?.entry.commit,
    position: entry?.position,
    actor: entry?.entry.actor,
    reason: entry?.entry.reason,
    ageMs: ledgerAgeMs,
    aheadBy: ahead?.commits,
    aheadForMs: ahead?.forMs,
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

function formatTarget({ name, status }: TargetState): string {
  const { trunk, ledger, ahead, ledgerAgeMs, tags } = status;
  const lead =
    ahead === undefined || ahead.commits === 0
      ? ""
      : `${ahead.commits}${ahead.atLeast ? " or more" : ""} ahead${ahead.forMs === undefined ? "" : ` for ${age(ahead.forMs)}`}`;
  const entry = ledger.kind === "found" ? ledger.value : undefined;
  return [
    `target ${name}`,
    table([
      ["trunk", shown(trunk, short), lead],
      [
        "ledger",
        shown(ledger, (head) => short(head.entry.commit)),
        entry === undefined
          ? ""
          : `entry ${entry.position}, ${age(ledgerAgeMs ?? 0)} ago, by ${plainText(entry.entry.actor, 60)}: ${plainText(entry.entry.reason, 100)}`,
      ],
      ...tags.map(({ repository, tag, current, revision, state }) => [
        `${repository}:${tag}`,
        revision?.kind === "found" ? short(revision.value) : "?",
        `${shown(current, ({ digest }) => shortDigest(digest))}, ${state}`,
      ]),
    ]),
  ].join("\n");
}

function shown<T>(reading: Reading<T>, format: (value: T) => string): string {
  if (reading.kind === "found") return format(reading.value);
  return reading.kind === "absent" ? "none" : `unknown (${plainText(reading.cause.message, 100)})`;
}

/** Only the two largest units: nobody needs the milliseconds of a day. */
function age(ms: number): string {
  return (formatDuration(Math.max(1, Math.round(ms / 1000)) * 1000).match(/\d+[a-z]+/g) ?? []).slice(0, 2).join("");
}
