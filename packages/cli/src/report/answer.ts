import { plainText } from "@lateen/kernel";
import type { Outcome } from "../exit-codes.table.ts";
import type { FleetResult, GateResult, ImageResult, ResultDocument } from "../result.ts";
import { counted, short, shortDigest } from "./line.ts";

/** The answer for people: the outcome in one line, then what it rests on. */
export function formatAnswer(
  outcome: Outcome,
  document: Omit<ResultDocument, "schemaVersion" | "command" | "outcome">,
): string {
  const { reason = "", commit, supersededBy, gate, fleet, images = [] } = document;
  const head = [`${outcome}${commit === undefined ? "" : ` ${short(commit)}`}`, plainText(reason)]
    .filter((part) => part !== "")
    .join(": ");
  return [
    head,
    supersededBy === undefined ? "" : `superseded by ${supersededBy}`,
    gate === undefined ? "" : formatChecks(gate),
    fleet === undefined ? "" : formatFleet(fleet),
    formatTags(images),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function formatChecks({ checks }: GateResult): string {
  return table(checks.map(({ name, state }) => [plainText(name, 100), state]));
}

/** The table of tenants, and their sum. */
export function formatFleet(fleet: FleetResult): string {
  const rows = fleet.tenants.map(({ slug, wave = "-", verdict, before, after }) => [
    slug,
    wave,
    verdict,
    before === undefined ? short(after) : `${short(before)} → ${short(after)}`,
  ]);
  const planned = fleet.tenants.filter(({ verdict }) => verdict === "planned").length;
  const off = fleet.enumerated - fleet.verified - fleet.ahead - planned;
  const sum = [
    `${fleet.verified} verified`,
    `${fleet.ahead} ahead`,
    ...(planned === 0 ? [] : [`${planned} would be moved`]),
    `${off} off target`,
  ];
  return `${table(rows)}\n${counted(fleet.enumerated, "tenant")}: ${sum.join(", ")}`;
}

/** The table of tags, before and after. */
export function formatTags(images: readonly ImageResult[]): string {
  return table(
    images.flatMap(({ repository, tags = [] }) =>
      tags.map(({ tag, before, after, action }) => [
        `${repository}:${tag}`,
        action,
        `${shortDigest(before)} → ${shortDigest(after)}`,
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
