import { plainText } from "@lateen/kernel";
import type { FleetResult, ImageResult, ResultDocument } from "../result.ts";
import { counted, short, shortDigest } from "./line.ts";

/** The most bytes that a step summary may have: GitHub drops a larger one. Source: docs.github.com, "Adding a job summary". */
const byteBudget = 1_000_000;

/** The result as Markdown, within the byte budget of a step summary. */
export function formatSummary(document: ResultDocument): string {
  const { command, outcome, reason, commit, gate, fleet, images = [], error } = document;
  const facts = [commit === undefined ? "" : `commit \`${short(commit)}\``, reason === undefined ? "" : cell(reason)];
  const parts = [
    `## lateen ${command}: ${outcome}`,
    facts.filter((part) => part !== "").join(" · "),
    error?.fix === undefined ? "" : `What to do: ${cell(error.fix)}`,
    chart(document),
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
  if (Buffer.byteLength(text) <= byteBudget) return text;
  const shorter = parts
    .slice(0, 4)
    .filter((part) => part !== "")
    .join("\n\n");
  return `${shorter}\n\nThe tables are too long for a summary; the result file has them.\n`;
}

/** The road as a Mermaid chart: gate, waves, tags; only of what the command got to. */
function chart({ gate, fleet, images = [] }: ResultDocument): string {
  const waves = new Map<string, { total: number; done: number }>();
  for (const { wave, verdict } of fleet?.tenants ?? []) {
    if (wave === undefined) continue;
    const { total, done } = waves.get(wave) ?? { total: 0, done: 0 };
    waves.set(wave, { total: total + 1, done: done + (verdict === "verified" || verdict === "ahead" ? 1 : 0) });
  }
  const tags = images.flatMap((image) => image.tags ?? []);
  const moved = tags.filter(({ action }) => action === "moved" || action === "created").length;
  const nodes = [
    ...(gate === undefined ? [] : [`gate: ${gate.verdict}`]),
    ...[...waves].map(([wave, { total, done }]) => `${wave}: ${done} of ${total}`),
    ...(tags.length === 0 ? [] : [`tags: ${moved} of ${tags.length} moved`]),
  ];
  if (nodes.length < 2) return "";
  const drawn = nodes.map((node, index) => `s${index}["${plainText(node, 60).replace(/["\\`<>&#;]/g, " ")}"]`);
  return ["```mermaid", "flowchart LR", `  ${drawn.join(" --> ")}`, "```"].join("\n");
}

function fleetPart(fleet: FleetResult): string {
  const counts = `${counted(fleet.enumerated, "tenant")}: ${fleet.verified} verified, ${fleet.ahead} ahead, ${fleet.stragglers.length} stragglers, ${fleet.quarantined.length} quarantined, ${fleet.unknown.length} unknown`;
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
