import { plainText } from "@lateen/kernel";
import { describeHalt } from "../describe-halt.ts";
import { short, shortDigest } from "../text/line.ts";
import { badge, renderDecisions, renderGate } from "./decisions.ts";
import { renderChecks } from "./checks.ts";
import { html, type Markup, table, tone } from "./markup.ts";
import { type ReportSource, understand } from "./read-source.ts";
import type { ReadDocument } from "../read-result.ts";
import type { Fact } from "./facts.ts";
import { tellStory } from "./story.ts";
import { style } from "./style.ts";
import { renderTargets } from "./targets.ts";
import { formatSpan, renderTimeline } from "./timeline.ts";

/** The most characters of raw data that are shown of a file; the file itself has the rest. */
const rawBudget = 2_000_000;

// The sail is drawn, not fetched.
const sail: Markup = {
  markup: `<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M4 2c9 3 15 9 17 15L5 18z"/><path class="hull" d="M3 20h18l-3 3H6z"/></svg>`,
};

/** One HTML file with everything in it: no script, no font, no request. */
export function renderReport({ document, facts, lines, files }: ReportSource, at: string): string {
  const shown = document ?? documentOf(facts);
  const { outcome, commit = "", command, reason = "" } = shown;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        />
        <title>${plainText(outcome, 40)} ${short(commit)} · lateen</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <header class="${tone(outcome)}">
          <p class="brand">${sail} lateen ${plainText(command, 40)}</p>
          <h1>${plainText(outcome, 40)} <code>${plainText(commit, 80)}</code></h1>
          ${renderReason(shown, reason)} ${renderError(shown)}${renderNext(shown)}${renderFigures(shown, facts)}
        </header>
        <main>
          ${renderTimeline(facts)} ${renderFleet(shown, facts.length > 0)} ${renderChecks(shown)}
          ${renderTargets(shown)} ${renderTags(shown)} ${renderGate(shown)} ${renderDecisions(shown)}
          ${renderLines(lines)}
          <section id="raw">
            <h2>Raw data</h2>
            ${files.map(renderFile)}
          </section>
        </main>
        <footer>made ${at} of ${files.map(({ name }) => name).join(" and ")}</footer>
      </body>
    </html> `;
  return page.markup;
}

const noLists = { images: [], targets: [], explanation: [], evidence: [] };

/** Document from a journal alone. */
function documentOf(facts: readonly Fact[]): ReadDocument {
  const started = facts.findLast((fact) => fact.type === "rollout-started");
  const finished = facts.findLast((fact) => fact.type === "rollout-finished");
  const outcome = finished?.outcome ?? "unfinished";
  const [reason, commit] = [finished?.reason, started?.release.sha];
  return { schemaVersion: 1, command: "rollout", outcome, reason, commit, ...noLists };
}

/** What broke and what the tenants said last, if the rollout halted; the commands follow. */
function renderReason(document: ReadDocument, reason: string): Markup {
  const halt = describeHalt(document).filter((line) => !line.startsWith("next:"));
  return html`${(halt.length === 0 ? [plainText(reason, 2000)] : halt).map((line) => html`<p class="reason">${line}</p>`)}`;
}

function renderError({ error }: ReadDocument): Markup {
  if (error === undefined) return html``;
  return html`<p class="error">
    <b>${plainText(error.code, 80)}</b> ${plainText(error.why ?? "")} ${plainText(error.fix ?? "")}
  </p>`;
}

function renderNext({ next }: ReadDocument): Markup {
  if (next === undefined || next.length === 0) return html``;
  return html`<p class="next">
    next: ${next.map((line, at) => html`${at === 0 ? "" : "or "}<code>${plainText(line, 2000)}</code> `)}
  </p>`;
}

function renderFigures({ fleet, ledger, targets, images, supersededBy }: ReadDocument, facts: readonly Fact[]): Markup {
  const [first, last] = [facts[0], facts.at(-1)];
  const tenants = fleet?.tenants ?? tellStory(facts).flatMap(({ lanes }) => lanes);
  const verified = tenants.filter(({ verdict }) => tone(verdict) === "good").length;
  const moved = images
    .flatMap(({ tags = [] }) => tags)
    .filter(({ action }) => action === "moved" || action === "created");
  const committed = targets.filter((target) => target.committed);
  const figures: readonly (readonly [name: string, value: string | undefined])[] = [
    ["tenants on target", tenants.length > 0 ? `${verified} of ${fleet?.enumerated ?? tenants.length}` : undefined],
    ["tags moved", images.some(({ tags = [] }) => tags.length > 0) ? `${moved.length}` : undefined],
    ["targets committed", targets.length > 1 ? `${committed.length} of ${targets.length}` : undefined],
    ["ledger entry", targets.length > 1 ? undefined : ledger && `${ledger.position}`],
    ["superseded by", supersededBy && short(supersededBy)],
    ["rollout took", first && last && formatSpan(last.at - first.at)],
    ["began", first && new Date(first.at).toISOString().slice(0, 19).replace("T", " ")],
  ];
  return html`<dl>
    ${figures.map(([name, value]) =>
      value === undefined
        ? html``
        : html`<div>
            <dt>${name}</dt>
            <dd>${plainText(value, 80)}</dd>
          </div>`,
    )}
  </dl>`;
}

/** With a timeline above it, the table would say the same again: it is folded. */
function renderFleet({ fleet }: ReadDocument, folded: boolean): Markup {
  if (fleet === undefined) return html``;
  const counts = [...new Set(fleet.tenants.map(({ verdict }) => verdict))].map(
    (verdict) => [verdict, fleet.tenants.filter((one) => one.verdict === verdict).length] as const,
  );
  const bar = counts.map(
    ([verdict, count]) =>
      html`<i class="${tone(verdict)}" style="flex-grow:${count}" title="${count} ${plainText(verdict, 40)}"></i>`,
  );
  const rows = fleet.tenants.map(({ slug, wave = "", verdict, before, after }) => [
    html`<b>${plainText(slug, 120)}</b>`,
    html`${plainText(wave, 80)}`,
    badge(verdict),
    html`<code>${short(before)}</code>`,
    html`<code>${short(after)}</code>`,
  ]);
  return html`<section id="fleet">
    <h2>Fleet</h2>
    <div class="coverage">${bar}</div>
    <p>${counts.map(([verdict, count]) => html`${badge(`${verdict}`)} ${count} &ensp;`)}</p>
    <details ${folded ? "" : "open"}>
      <summary>every tenant</summary>
      ${table(["tenant", "wave", "verdict", "before", "after"], rows)}
    </details>
  </section>`;
}

interface TagRow {
  readonly repository: string;
  readonly tag: string;
  readonly action: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

function renderTags({ images }: ReadDocument): Markup {
  const tags = images.flatMap(({ repository, candidate = "", digest, tags: own = [] }): readonly TagRow[] =>
    own.length === 0
      ? [{ repository, tag: candidate, action: "candidate", before: undefined, after: digest }]
      : own.map((one) => ({ repository, ...one })),
  );
  const rows = tags.map(({ repository, tag, action, before, after }) => [
    html`${plainText(repository, 300)}:<wbr /><b>${plainText(tag, 200)}</b>`,
    badge(action),
    html`<code title="${before}">${before && shortDigest(before)}</code>`,
    html`<code title="${after}">${after && shortDigest(after)}</code>`,
  ]);
  if (rows.length === 0) return html``;
  return html`<section id="tags">
    <h2>Tags</h2>
    ${table(["tag", "action", "before", "after"], rows)}
  </section>`;
}

function renderLines(lines: ReportSource["lines"]): Markup {
  if (lines.length === 0) return html``;
  const rows = lines.map(({ at, level, text }) => [
    html`<code>${new Date(at).toISOString().slice(11, 23)}</code>`,
    html`<span class="${level === "warning" ? "bad" : ""}">${text}</span>`,
  ]);
  return html`<section id="events">
    <h2>Events</h2>
    <details>
      <summary>${lines.length} lines, times in UTC</summary>
      ${table(["at", "what"], rows)}
    </details>
  </section>`;
}

function renderFile({ name, text }: ReportSource["files"][number]): Markup {
  return html`<details>
    <summary>${name}</summary>
    <pre tabindex="0">${text.length > rawBudget ? `${text.slice(0, rawBudget)}…` : text}</pre>
  </details>`;
}

/**
 * The HTML of `lateen report`, of the events of one run and of its result, in one file that needs nothing else.
 *
 * @param at - ISO 8601, when the report was made
 * @throws ReleaseError `REPORT_SOURCE` if neither holds anything of a rollout
 */
export function reportOf(events: readonly object[], result: object | undefined, at: string): string {
  const lines = [...events, ...(result === undefined ? [] : [{ ...result, type: "result" }])];
  return renderReport(understand("/", "/events.ndjson", lines.map((line) => JSON.stringify(line)).join("\n")), at);
}
