import type { JournalEntry } from "@lateen/fleet";
import { html, type Markup } from "./markup.ts";

/** A stretch of one tenant's line. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly kind: "asked" | "verified" | "failed";
  readonly title: string;
}

interface Lane {
  readonly slug: string;
  readonly wave: string;
  readonly bars: readonly Bar[];
}

const [width, height, left] = [900, 18, 180];

/** Every tenant as a line over time: asked, proven or failed, and the soaks as bands behind them. */
export function renderTimeline(journal: readonly JournalEntry[]): Markup {
  const lanes = readLanes(journal);
  const [first, last] = [journal[0], journal.at(-1)];
  if (lanes.length === 0 || first === undefined || last === undefined) return html``;
  const span = Math.max(1, last.at - first.at);
  const x = (at: number): number => Math.round(left + ((at - first.at) / span) * (width - left - 10));
  const total = lanes.length * height + 24;
  return html`<h2>Timeline</h2>
    <figure>
      <svg viewBox="0 0 ${width} ${total}" role="img" aria-label="what happened to every tenant over time">
        ${soaks(journal).map(({ from, to, wave }) => html`<rect class="soak" x="${x(from)}" y="0" width="${Math.max(1, x(to) - x(from))}" height="${total - 20}"><title>${wave} soaks</title></rect>`)}
        ${lanes.map((lane, row) => renderLane(lane, row * height, x))}
        <text class="axis" x="${left}" y="${total - 4}">0 s</text>
        <text class="axis" x="${width - 10}" y="${total - 4}" text-anchor="end">${(span / 1000).toFixed(1)} s</text>
      </svg>
    </figure>`;
}

function renderLane({ slug, wave, bars }: Lane, y: number, x: (at: number) => number): Markup {
  return html`<text x="4" y="${y + 13}">${slug}</text
    ><text class="axis" x="${left - 8}" y="${y + 13}" text-anchor="end">${wave}</text>
    ${bars.map(({ from, to, kind, title }) => html`<rect class="${kind}" x="${x(from)}" y="${y + 4}" width="${Math.max(4, x(to) - x(from))}" height="10" rx="2"><title>${title}</title></rect>`)}`;
}

function readLanes(journal: readonly JournalEntry[]): readonly Lane[] {
  const lanes = new Map<string, { wave: string; asked: number | undefined; bars: Bar[] }>();
  for (const entry of journal) {
    if (entry.type === "tenants-posted")
      for (const slug of entry.slugs)
        lanes.set(slug, { bars: lanes.get(slug)?.bars ?? [], wave: entry.wave, asked: entry.at });
    if (entry.type !== "tenant-verified" && entry.type !== "tenant-failed") continue;
    const lane = lanes.get(entry.slug) ?? { wave: "", asked: undefined, bars: [] };
    const kind = entry.type === "tenant-verified" ? "verified" : "failed";
    const title = entry.type === "tenant-verified" ? `runs ${entry.sha.slice(0, 7)}` : entry.reason;
    const from = lane.asked ?? entry.at;
    lane.bars.push(
      { from, to: entry.at, kind: "asked", title: "asked for" },
      { from: entry.at, to: entry.at, kind, title },
    );
    lanes.set(entry.slug, lane);
  }
  return [...lanes].map(([slug, { wave, bars }]) => ({ slug, wave, bars }));
}

function soaks(
  journal: readonly JournalEntry[],
): readonly { readonly wave: string; readonly from: number; readonly to: number }[] {
  const end = journal.at(-1)?.at ?? 0;
  return journal.flatMap((entry) =>
    entry.type === "soak-started" ? [{ wave: entry.wave, from: entry.at, to: Math.min(entry.until, end) }] : [],
  );
}
