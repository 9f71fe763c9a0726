import { plainText } from "@lateen/kernel";
import { counted, short } from "../text/line.ts";
import { html, type Markup, tone } from "./markup.ts";
import type { Fact } from "./facts.ts";
import { type Lane, type Span, tellStory, type Wave } from "./story.ts";

type Place = (from: number, to: number) => string;

const signs: Readonly<Record<string, string>> = { good: "✓", bad: "✗", plain: "·" };

/** Every tenant as a line over time, by wave: moving, then proven or failed; soaks and their probes behind them. */
export function renderTimeline(facts: readonly Fact[]): Markup {
  const waves = tellStory(facts);
  const [first, last] = [facts[0], facts.at(-1)];
  if (waves.length === 0 || first === undefined || last === undefined) return html``;
  const span = Math.max(1, last.at - first.at);
  const percent = (ms: number): string => ((Math.min(span, Math.max(0, ms)) / span) * 100).toFixed(2);
  const place: Place = (from, to) => `left:${percent(from - first.at)}%;width:${percent(to - from)}%`;
  return html`<section id="timeline">
    <h2>Timeline</h2>
    <p class="key">
      <i class="moving"></i> moving <i class="verified"></i> verified <i class="failed"></i> failed
      <i class="soak"></i> soak, a tick for each probe
    </p>
    <div class="lanes">
      <p class="axis" aria-hidden="true">
        <span></span
        ><span class="ticks"
          >${[0, 0.25, 0.5, 0.75, 1].map((share) => html`<span>${formatSpan(span * share)}</span>`)}</span
        >
      </p>
      ${waves.map((wave) => renderWave(wave, place))}
    </div>
  </section>`;
}

/** A length of time with as many digits as a reader wants. */
export function formatSpan(ms: number): string {
  if (ms === 0) return "0";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const [minutes, seconds] = [Math.floor(ms / 60_000), Math.floor((ms % 60_000) / 1000)];
  return minutes < 60 ? `${minutes} min ${seconds} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function renderWave(wave: Wave, place: Place): Markup {
  const { name, lanes } = wave;
  return html`<h3>${plainText(name, 80)} <small>${about(wave)}</small></h3>
    <ul>
      ${lanes.map((lane) => renderLane(lane, wave, place))}
    </ul>`;
}

function about({ lanes, canary, reached, soak, failureBound }: Wave): string {
  return [
    counted(lanes.length, "tenant"),
    canary ? "none may fail" : undefined,
    reached ? undefined : "not started",
    soak === undefined ? undefined : `soaked ${formatSpan(soak.to - soak.from)}`,
    failureBound === undefined ? undefined : `failure rate below ${Math.round(failureBound * 100)} % (95 % confidence)`,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}

function renderLane(
  { slug, spans, before, after, verdict, reason }: Lane,
  { soak, probes }: Wave,
  place: Place,
): Markup {
  const mood = tone(verdict);
  const moved =
    after === undefined ? short(before) : before === undefined ? short(after) : `${short(before)} → ${short(after)}`;
  return html`<li class="lane ${mood}">
    <b>${plainText(slug, 120)}</b>
    <span class="track">
      ${soak && html`<i class="soak" style="${place(soak.from, soak.to)}" title="soak"></i>`}
      ${probes.map(({ at, well, title }) => html`<i class="probe ${well ? "" : "ill"}" style="${place(at, at)}" title="${title}"></i>`)}
      ${spans.map((span) => renderSpan(span, place))}
    </span>
    <span class="said">${signs[mood]} ${plainText(verdict, 40)}</span>
    <code>${plainText(moved, 40)}</code>
    ${reason === undefined ? undefined : html`<em>${plainText(reason, 1000)}</em>`}
  </li>`;
}

function renderSpan({ from, to, kind, title }: Span, place: Place): Markup {
  return html`<i class="${kind}" style="${place(from, to)}" title="${plainText(title, 200)}"></i>`;
}
