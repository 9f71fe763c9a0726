import { plainText } from "@lateen/kernel";
import { badge } from "./decisions.ts";
import { html, type Markup, table } from "./markup.ts";
import type { ReadDocument } from "../read-result.ts";

/** Outcome of every promotion target: which ledger names the release, and why another one does not. */
export function renderTargets({ targets }: ReadDocument): Markup {
  if (targets.length === 0) return html``;
  const rows = targets.map(({ name, state, committed, tags, ledger, reason = "" }) => [
    html`<b>${plainText(name, 120)}</b>`,
    badge(state),
    committed ? html`<span class="good">✓ committed</span>` : html`<span class="${open(state)}">✗ not committed</span>`,
    html`${tags.map((tag) => plainText(tag, 120)).join(", ")}`,
    ledger === undefined
      ? html``
      : html`${ledger.position} <code title="${ledger.entry}">${plainText(ledger.entry.slice(0, 12), 12)}</code>`,
    html`${plainText(reason, 1000)}`,
  ]);
  return html`<section id="targets">
    <h2>Promotion targets</h2>
    ${table(["target", "state", "ledger names the release", "tags", "entry", "why"], rows)}
  </section>`;
}

/** A dry run commits nothing, which is not bad news. */
function open(state: string): string {
  return state === "planned" ? "plain" : "bad";
}
