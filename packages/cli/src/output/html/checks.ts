import { plainText } from "@lateen/kernel";
import type { ReadDocument } from "../read-result.ts";
import { badge } from "./decisions.ts";
import { html, type Markup, table } from "./markup.ts";

type CheckShown = NonNullable<NonNullable<ReadDocument["fleet"]>["checks"]>[number];

/** Verdicts of checks, each with a plot of its samples against its limit. */
export function renderChecks({ fleet }: ReadDocument): Markup {
  const checks = fleet?.checks ?? [];
  if (checks.length === 0) return html``;
  const rows = checks.map((check) => [
    html`<b>${plainText(check.name, 80)}</b>`,
    html`${plainText(`${check.step} ${check.slug ?? check.wave ?? ""}`, 120)}`,
    badge(check.verdict),
    html`${plot(check)}${plainText(String(check.value ?? ""), 40)}`,
    html`${plainText(check.reason, 300)}`,
    html`<code>${plainText(check.source, 200)}</code>`,
  ]);
  return html`<section id="checks">
    <h2>Checks</h2>
    ${table(["check", "at", "verdict", "value", "why", "source"], rows)}
  </section>`;
}

const [width, height] = [120, 28];

/** A line through the samples that are numbers, and a dashed one at each limit; nothing for less than two of them. */
function plot({ samples = [], below, above }: CheckShown): Markup {
  const values = samples.flatMap(({ value }) => (value === undefined || value.trim() === "" ? [] : [Number(value)]));
  const limits = [below, above].flatMap((limit) => limit ?? []);
  const drawn = values.filter(Number.isFinite);
  if (drawn.length < 2) return html``;
  const all = [...drawn, ...limits];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const y = (value: number): string => (height - 2 - ((value - least) / (most - least || 1)) * (height - 4)).toFixed(1);
  const points = drawn.map((value, index) => `${((index / (drawn.length - 1)) * width).toFixed(1)},${y(value)}`);
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="samples">
    ${limits.map((limit) => html`<path d="M0 ${y(limit)}H${width}" stroke="currentColor" stroke-dasharray="3 3" opacity="0.5" />`)}
    <polyline points="${points.join(" ")}" fill="none" stroke="currentColor" stroke-width="1.5" />
  </svg> `;
}
