import { plainText } from "@lateen/kernel";
import { sumOf } from "./answer.ts";
import { describeHalt } from "./describe-halt.ts";
import type { Finding, FleetResult, ImageResult, ResultDocument, TagResult, TargetResult } from "./result.ts";
import { counted, short, shortDigest } from "./text/line.ts";

/** The most bytes that a step summary may have: GitHub drops a larger one. Source: docs.github.com, "Adding a job summary". */
export const summaryBytes = 1_000_000;

/** The most waves that a chart shows one by one: Mermaid draws them in one row. */
const chartedWaves = 12;

/** Maximum rows of a table, tried one after the other until the summary is small enough. */
const rowLimits = [Infinity, 5_000, 1_000, 200, 20, 0];

/**
 * The result as Markdown.
 *
 * @param budget - Maximum size in bytes; of longer tables the rows that matter are kept. @default 1,000,000
 */
export function formatSummary(document: ResultDocument, budget: number = summaryBytes): string {
  for (const rows of rowLimits) {
    const text = formatWithin(document, rows);
    if (Buffer.byteLength(text) <= budget) return text;
  }
  const head = `## lateen ${plainText(document.command, 40)}: ${document.outcome}\n`;
  return Buffer.byteLength(head) <= budget ? head : "";
}

/** The end in few lines, without charts and tables: for the log of a job, where a row for each tenant hides it. */
export function formatBrief(document: ResultDocument): string {
  const { command, outcome, reason, commit, status, error, next = [] } = document;
  const halt = describeHalt(document).filter((line) => !line.startsWith("next:"));
  const facts = [
    commit === undefined ? "" : `commit \`${plainText(short(commit))}\``,
    reason === undefined || halt.length > 0 ? "" : cell(reason),
  ];
  return joined([
    `## lateen ${plainText(command, 40)}: ${outcome}`,
    facts.filter((part) => part !== "").join(" · "),
    (status?.reasons ?? []).map((text) => `- ${cell(text)}`).join("\n"),
    [
      ...halt.map((line) => `- ${cell(line)}`),
      ...(next.length === 0 ? [] : [`- next: ${next.map(asCode).join(", or ")}`]),
    ].join("\n"),
    error?.fix === undefined ? "" : `What to do: ${cell(error.fix)}`,
    waivers(document),
  ]);
}

function formatWithin(document: ResultDocument, rows: number): string {
  const { gate, fleet, findings = [], images = [], targets = [] } = document;
  return joined([
    formatBrief(document).trimEnd(),
    formatChart(document),
    // One target is its tags; several may have ended differently.
    targets.length < 2 ? "" : targetTable(targets, rows),
    gate === undefined
      ? ""
      : table(
          ["check", "state"],
          gate.checks.map((check) => [check.name, check.state]),
          rows,
        ),
    fleet === undefined ? "" : fleetPart(fleet, rows),
    checkTable(fleet?.checks ?? [], rows),
    tagTable(images, rows),
    findingsTable(findings, rows),
  ]);
}

function joined(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Waivers, with actor and reason. */
function waivers({ evidence = [] }: ResultDocument): string {
  const waived = evidence
    .filter(({ verdict }) => verdict === "waived")
    .map(({ rule, fact }) => `- ⚠ ${cell(rule)}: ${cell(fact)}`);
  return [...new Set(waived)].join("\n");
}

/** The stages as a Mermaid chart: gate, waves, tags; only those that the command reached. */
function formatChart({ gate, fleet, images = [] }: ResultDocument): string {
  const tags = images.flatMap((image) => image.tags ?? []);
  const nodes = [
    ...(gate === undefined ? [] : [`gate: ${gate.verdict}`]),
    ...(fleet === undefined ? [] : fleetNodes(fleet)),
    ...(tags.length === 0 ? [] : [tagNode(tags)]),
  ];
  if (nodes.length < 2) return "";
  const drawn = nodes.map((node, index) => `s${index}["${plainText(node, 60).replace(/["\\`<>&#;]/g, " ")}"]`);
  return ["```mermaid", "flowchart LR", `  ${drawn.join(" --> ")}`, "```"].join("\n");
}

function fleetNodes({ tenants }: FleetResult): readonly string[] {
  const waves = Map.groupBy(tenants, ({ wave }) => wave);
  waves.delete(undefined);
  // No one had to be moved, or no one was: the fleet is one step.
  if (waves.size === 0) return tenants.length === 0 ? [] : [`fleet: ${doneOf(tenants)}`];
  const nodes = [...waves].map(([wave, own]) => `${wave}: ${doneOf(own)}`);
  if (nodes.length <= chartedWaves) return nodes;
  const hidden = [...waves.values()].slice(chartedWaves / 2, -chartedWaves / 2);
  return [
    ...nodes.slice(0, chartedWaves / 2),
    `${counted(hidden.length, "wave")}: ${doneOf(hidden.flat())}`,
    ...nodes.slice(-chartedWaves / 2),
  ];
}

function doneOf(tenants: FleetResult["tenants"]): string {
  return `${tenants.filter(isOnTarget).length} of ${tenants.length}`;
}

function isOnTarget({ verdict }: FleetResult["tenants"][number]): boolean {
  return verdict === "verified" || verdict === "ahead";
}

function tagNode(tags: readonly TagResult[]): string {
  const moved = tags.filter(({ action }) => action === "moved" || action === "created").length;
  const kept = tags.filter(({ action }) => action === "unchanged").length;
  return kept === tags.length ? `tags: ${kept} unchanged` : `tags: ${moved} of ${tags.length - kept} moved`;
}

function targetTable(targets: readonly TargetResult[], limit: number): string {
  const rows = targets.map(({ name, state, ledger, reason = "" }) => [
    name,
    state,
    ledger === undefined ? "" : String(ledger.position),
    reason,
  ]);
  return table(["target", "state", "ledger entry", "why"], rows, limit);
}

function fleetPart(fleet: FleetResult, most: number): string {
  // If not all can be shown, tenants that are off target come first.
  const tenants =
    fleet.tenants.length <= most
      ? fleet.tenants
      : [...fleet.tenants.filter((tenant) => !isOnTarget(tenant)), ...fleet.tenants.filter(isOnTarget)];
  const rows = tenants.map(({ slug, wave = "", verdict, before, after }) => [
    slug,
    wave,
    verdict,
    before === undefined ? "" : short(before),
    after === undefined ? "" : short(after),
  ]);
  return `${sumOf(fleet)}\n\n${table(["tenant", "wave", "verdict", "before", "after"], rows, most)}`;
}

/** Table of checks; the one that stopped the rollout comes first. */
function checkTable(checks: NonNullable<FleetResult["checks"]>, most: number): string {
  const sorted = checks.toSorted((a, b) => Number(a.verdict === "passed") - Number(b.verdict === "passed"));
  const rows = sorted.map(({ name, step, slug, wave = "", verdict, value = "", reason }) => [
    name,
    step,
    slug ?? wave,
    verdict,
    String(value),
    reason,
  ]);
  return rows.length === 0 ? "" : table(["check", "at", "of", "verdict", "value", "why"], rows, most);
}

function tagTable(images: readonly ImageResult[], most: number): string {
  const rows = images.flatMap(({ repository, tags = [] }) =>
    tags.map(({ tag, before, after, action }) => [
      `${repository}:${tag}`,
      action,
      shortDigest(before),
      shortDigest(after),
    ]),
  );
  return rows.length === 0 ? "" : table(["tag", "action", "before", "after"], rows, most);
}

const worstFirst: readonly Finding["verdict"][] = ["gap", "trouble", "warning", "ok"];

function findingsTable(findings: readonly Finding[], most: number): string {
  const sorted = worstFirst.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));
  const rows = sorted.map(({ check, verdict, fact, fix = "" }) => [verdict, check, fact, fix]);
  return rows.length === 0 ? "" : table(["verdict", "check", "fact", "what to do"], rows, most);
}

function table(head: readonly string[], rows: readonly (readonly string[])[], most: number): string {
  const left = rows.length - most;
  const rest = left > 0 ? [`\n${left} more: the result file has them.`] : [];
  if (most === 0) return rest.join("").trim();
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const shown = left > 0 ? rows.slice(0, most) : rows;
  return [line(head), line(head.map(() => "---")), ...shown.map((row) => line(row.map(cell))), ...rest].join("\n");
}

/** A command line to copy. */
function asCode(text: string): string {
  return `\`${plainText(text, 300).replaceAll("`", "'")}\``;
}

/** Text from outside in a table: no markup of its own, no cell border, no line break. */
function cell(text: string): string {
  return plainText(text, 300).replace(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);
}
