import { plainText } from "@lateen/kernel";
import type { FleetResult, ImageResult, ResultDocument } from "../result.ts";
import { short, shortDigest } from "./line.ts";

/** The most bytes that a step summary may have: GitHub drops a larger one. Source: docs.github.com, "Adding a job summary". */
const byteBudget = 1_000_000;

/** The result as Markdown, within the byte budget of a step summary. */
export function formatSummary(document: ResultDocument): string {
  const { command, outcome, reason, commit, gate, fleet, images = [] } = document;
  const parts = [
    `## lateen ${command}: ${outcome}`,
    [commit === undefined ? undefined : `commit \`${short(commit)}\``, reason === undefined ? undefined : cell(reason)]
      .filter(Boolean)
      .join(" · "),
    gate === undefined
      ? ""
      : table(
          ["check", "state"],
          gate.checks.map((check) => [check.name, check.state]),
        ),
    fleet === undefined ? "" : fleetPart(fleet),
    images.some(({ tags = [] }) => tags.length > 0) ? tagTable(images) : "",
  ];
  const text = `${parts.filter((part) => part !== "").join("\n\n")}\n`;
  return Buffer.byteLength(text) <= byteBudget
    ? text
    : `${parts.slice(0, 2).join("\n\n")}\n\nThe tables are too long for a summary; the result file has them.\n`;
}

function fleetPart(fleet: FleetResult): string {
  const counts = `${fleet.enumerated} tenants: ${fleet.verified} verified, ${fleet.ahead} ahead, ${fleet.stragglers.length} stragglers, ${fleet.quarantined.length} quarantined, ${fleet.unknown.length} unknown`;
  const rows = fleet.tenants.map(({ slug, wave = "", verdict, before, after }) => [
    slug,
    wave,
    verdict,
    short(before),
    short(after),
  ]);
  return `${counts}\n\n${table(["tenant", "wave", "verdict", "before", "after"], rows)}`;
}

function tagTable(images: readonly ImageResult[]): string {
  const rows = images.flatMap(({ repository, tags = [] }) =>
    tags.map(({ tag, before, after, action }) => [
      `${repository}:${tag}`,
      action,
      shortDigest(before),
      shortDigest(after),
    ]),
  );
  return table(["tag", "action", "before", "after"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map((row) => line(row.map(cell)))].join("\n");
}

/** Text from outside in a table: no markup of its own, no cell border, no line break. */
function cell(text: string): string {
  return plainText(text, 300).replace(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);
}
