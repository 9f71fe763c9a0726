import { plainText } from "@lateen/kernel";
import type { AnyEvent } from "../report/events.ts";
import { describeEvent } from "../report/events.ts";
import { short, shortDigest } from "../report/line.ts";
import type { ResultDocument } from "../result.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportSource } from "./read-source.ts";
import { style } from "./style.ts";
import { renderTimeline } from "./timeline.ts";

/** The most characters of raw data that are shown; the file itself has the rest. */
const rawBudget = 2_000_000;

/** One HTML file with everything in it: no script, no font, no request. */
export function renderReport({ file, document = {}, journal, raw }: ReportSource, at: string): string {
  const started = journal.find((entry) => entry.type === "rollout-started");
  const finished = journal.findLast((entry) => entry.type === "rollout-finished");
  const outcome = document.outcome ?? finished?.outcome ?? "unfinished";
  const commit = document.commit ?? started?.release.sha;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>lateen: ${outcome} ${short(commit)}</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <header>
          <h1><span class="outcome ${outcome}">${outcome}</span> ${commit ?? ""}</h1>
          <p>${plainText(document.reason ?? finished?.reason ?? "", 2000)}</p>
        </header>
        <main>
          ${renderTimeline(journal)} ${renderFleet(document)} ${renderTags(document)} ${renderEvidence(document)}
          ${renderEvents(journal)}
          <h2>Raw data</h2>
          <details>
            <summary>${file}</summary>
            <pre>${raw.length > rawBudget ? `${raw.slice(0, rawBudget)}…` : raw}</pre>
          </details>
        </main>
        <footer>made ${at} of ${file}</footer>
      </body>
    </html> `;
  return page.markup;
}

function renderFleet({ fleet }: Partial<ResultDocument>): Markup {
  if (fleet === undefined) return html``;
  const off = fleet.enumerated - fleet.verified - fleet.ahead;
  return html`<h2>Fleet</h2>
    <p>${fleet.enumerated} tenants: ${fleet.verified} verified, ${fleet.ahead} ahead, ${off} off target</p>
    ${table(
      ["tenant", "wave", "verdict", "before", "after"],
      fleet.tenants.map(({ slug, wave = "", verdict, before, after }) => [
        slug,
        wave,
        verdict,
        short(before),
        short(after),
      ]),
    )}`;
}

function renderTags({ images = [] }: Partial<ResultDocument>): Markup {
  const rows = images.flatMap(({ repository, tags = [] }) =>
    tags.map(({ tag, action, before, after }) => [
      `${repository}:${tag}`,
      action,
      shortDigest(before),
      shortDigest(after),
    ]),
  );
  return rows.length === 0
    ? html``
    : html`<h2>Tags</h2>
        ${table(["tag", "action", "before", "after"], rows)}`;
}

/** The decision tree: rules in the order in which they were met, each with its facts. */
function renderEvidence({ evidence = [] }: Partial<ResultDocument>): Markup {
  if (evidence.length === 0) return html``;
  const rules = [...new Set(evidence.map(({ rule }) => rule))];
  return html`<h2>Decisions</h2>
    <ul class="tree">
      ${rules.map(
        (rule) =>
          html`<li>
            <b>${rule}</b>
            <ul>
              ${evidence.filter((one) => one.rule === rule).map(({ verdict, fact, source, at }) => html`<li><i>${verdict}</i> ${plainText(fact)} <small>${plainText(source)}, ${at}</small></li>`)}
            </ul>
          </li>`,
      )}
    </ul>`;
}

function renderEvents(journal: ReportSource["journal"]): Markup {
  if (journal.length === 0) return html``;
  const rows = journal.flatMap((entry) => {
    const line = describeEvent(entry as AnyEvent);
    return line === undefined ? [] : [[new Date(entry.at).toISOString(), line.text]];
  });
  return html`<h2>Events</h2>
    ${table(["at", "what"], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${plainText(cell, 500)}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
