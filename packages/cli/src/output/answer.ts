import { plainText } from "@lateen/kernel";
import { formatExpected } from "./describe-plan.ts";
import { rounded } from "./text/times.ts";
import { describeHalt, lastSaid } from "./describe-halt.ts";
import type { Outcome } from "./exit-codes.table.ts";
import type { FleetResult, ImageResult, ResultDocument, TargetResult } from "./result.ts";
import { counted, short, shortDigest } from "./text/line.ts";

/**
 * The answer for people: the outcome in one line, then what it rests on.
 *
 * @param isBrief - Leaves out the lines of tenants that run the release, as the log of a job does. @default false
 */
export function formatAnswer(
  outcome: Outcome,
  document: Omit<ResultDocument, "schemaVersion" | "command" | "outcome">,
  isBrief = false,
): string {
  const { reason = "", commit, supersededBy, gate, fleet, images = [], targets = [] } = document;
  const about = document.subject === undefined ? "" : ` "${plainText(document.subject, 100)}"`;
  // A rollback ends with its own word.
  const isRollback = outcome === "shipped" && reason.startsWith("rolled back ");
  const head = [`${outcome}${commit === undefined ? "" : ` ${short(commit)}`}${about}`, plainText(reason)]
    .filter((part, at) => part !== "" && !(isRollback && at === 0))
    .join(": ");
  const halt = describeHalt({ outcome, ...document });
  return [
    halt.length === 0
      ? [head, outcome === "refused" || outcome === "unknown" ? lastSaid(fleet?.tenants ?? []) : ""]
          .filter((line) => line !== "")
          .join("\n")
      : [
          `halted${commit === undefined ? "" : ` ${short(commit)}`}`,
          ...halt.filter((line) => !line.startsWith("next:")),
        ].join("\n"),
    // The reason of most names it in full.
    supersededBy === undefined || reason.includes(supersededBy) ? "" : `superseded by ${supersededBy}`,
    gate === undefined ? "" : table(gate.checks.map(({ name, state }) => [plainText(name, 100), state])),
    fleet === undefined ? "" : formatFleet(fleet, isBrief),
    outcome === "planned" && fleet?.forecast !== undefined ? formatForecast(fleet.forecast) : "",
    outcome === "planned" && (fleet !== undefined || gate !== undefined) ? `time: ${formatExpected(document)}` : "",
    formatTargets(targets),
    formatTags(images),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The table of tenants, and their sum. */
export function formatFleet(fleet: FleetResult, isBrief = false): string {
  const shown = fleet.tenants.filter(({ verdict }) => !isBrief || !["verified", "ahead"].includes(verdict));
  const rows = shown.map(({ slug, wave = "-", verdict, before, after }) => [
    slug,
    wave,
    verdict === "planned" ? "would move" : verdict,
    before === undefined || before === after ? short(after) : `${short(before)} → ${short(after)}`,
  ]);
  return [...(rows.length === 0 ? [] : [table(rows)]), sumOf(fleet)].join("\n");
}

export function sumOf({ enumerated, verified, ahead, tenants, departed = [] }: FleetResult): string {
  const count = (word: string): number => tenants.filter(({ verdict }) => verdict === word).length;
  const [planned, pinned] = [count("planned"), count("pinned")];
  const left = new Set(departed);
  const gone = tenants.filter(({ slug, verdict }) => verdict !== "pinned" && left.has(slug)).length;
  const sum = [
    `${verified} verified`,
    `${ahead} ahead`,
    ...(planned === 0 ? [] : [`${planned} would be moved`]),
    ...(pinned === 0 ? [] : [`${pinned} pinned`]),
    ...(gone === 0 ? [] : [`${gone} no longer listed`]),
    `${enumerated - verified - ahead - planned - pinned - gone} off target`,
  ];
  return `${counted(enumerated, "tenant")}: ${sum.join(", ")}`;
}

/** Expected duration and risk of a rollout; the bound is that of the failure rate if the wave ends well. */
export function formatForecast({ requests, worstCaseBroken, waves }: NonNullable<FleetResult["forecast"]>): string {
  const rows = waves.map(({ name, tenants, soakMs, worstCaseBroken: broken, failureBound }) => [
    name,
    counted(tenants, "tenant"),
    soakMs > 0 ? `soak ${rounded(soakMs)}` : "no soak",
    `at worst ${broken} broken`,
    `then fewer than ${(failureBound * 100).toFixed(1)} % fail`,
  ]);
  const sum = `${requests.controlPlane} requests to the control plane, ${requests.buildinfo} to tenants, at worst ${worstCaseBroken} broken at once; shares at 95 % confidence`;
  return waves.length === 0 ? "" : `${table(rows)}\n${sum}`;
}

/** The table of promotion targets, if there are several to tell apart. */
function formatTargets(targets: readonly TargetResult[]): string {
  if (targets.length < 2) return "";
  return table(
    targets.map(({ name, state, ledger }) => [
      name,
      state,
      ledger === undefined ? "no entry of this run" : `entry ${ledger.position}`,
    ]),
  );
}

/** The table of tags, before and after. */
export function formatTags(images: readonly ImageResult[]): string {
  return table(
    images.flatMap(({ repository, tags = [] }) =>
      tags.map(({ tag, before, after, action }) => [
        `${repository}:${tag}`,
        action.replace("would-", "would "),
        before === after ? shortDigest(after) : `${shortDigest(before)} → ${shortDigest(after)}`,
      ]),
    ),
  );
}

/** Columns as wide as they must be. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
