import { plainText, type Evidence } from "@lateen/kernel";
import { counted } from "../text/line.ts";
import { html, link, type Markup, table, tone } from "./markup.ts";
import type { ReadDocument } from "../read-result.ts";
import type { ExplainedRule } from "../result.ts";

/** One rule and what it rests on; without a fact of its own its facts say it. */
type Branch = Pick<ExplainedRule, "rule" | "verdict" | "change" | "facts"> & { readonly fact?: string | undefined };

/** The decision tree: rules in the order in which they were met, each with its facts, where and when they were read. */
export function renderDecisions({ explanation, evidence }: ReadDocument): Markup {
  const branches = explanation.length > 0 ? explanation : byRule(evidence);
  if (branches.length === 0) return html``;
  return html`<section id="decisions">
    <h2>Decisions</h2>
    <ul class="tree">
      ${branches.map(renderBranch)}
    </ul>
  </section>`;
}

/** The checks that the gate waited for. */
export function renderGate({ gate }: ReadDocument): Markup {
  if (gate === undefined || gate.checks.length === 0) return html``;
  const rows = gate.checks.map(({ name, state, url }) => [link(url, plainText(name)), badge(state)]);
  return html`<section id="gate">
    <h2>Gate ${badge(gate.verdict)}</h2>
    ${table(["check", "state"], rows)}
  </section>`;
}

/** A word with the colour of its meaning. */
export function badge(word: string): Markup {
  return html`<span class="badge ${tone(word)}">${plainText(word, 60)}</span>`;
}

/** A rule says what its last fact says, unless one of its facts is bad news. */
function byRule(evidence: readonly Evidence[]): readonly Branch[] {
  return [...new Set(evidence.map(({ rule }) => rule))].map((rule) => {
    const facts = evidence.filter((one) => one.rule === rule);
    const verdict = (facts.find((one) => tone(one.verdict) === "bad") ?? facts.at(-1))?.verdict ?? "";
    return { rule, verdict, facts };
  });
}

function renderBranch({ rule, verdict, fact, change, facts }: Branch): Markup {
  const distinct = once(facts);
  const [only] = distinct;
  const head = fact ?? (distinct.length === 1 ? only?.fact : undefined) ?? counted(distinct.length, "fact");
  return html`<li class="${tone(verdict)}">
    <details ${tone(verdict) === "good" ? "" : "open"}>
      <summary><b>${plainText(rule, 120)}</b> ${badge(verdict)} <span>${plainText(head, 1000)}</span></summary>
      ${change === undefined ? undefined : html`<p>would change it: ${plainText(change)}</p>`}
      <ul>
        ${distinct.map(renderFact)}
      </ul>
    </details>
  </li> `;
}

function renderFact({ verdict, fact, source, at, times }: Counted): Markup {
  const where = link(source, plainText(source));
  return html`<li>
    ${badge(verdict)} ${plainText(fact, 1000)}<br /><small
      >${where}, ${times > 1 ? `read ${times} times, last ` : ""}${plainText(at, 40)}</small
    >
  </li>`;
}

type Counted = Evidence & { readonly times: number };

/** A fact that was read again with the same answer is reported once, as of the last time. */
function once(facts: readonly Evidence[]): readonly Counted[] {
  const found = new Map<string, Counted>();
  for (const one of facts) {
    const key = JSON.stringify([one.verdict, one.fact, one.source]);
    found.set(key, { ...one, times: (found.get(key)?.times ?? 0) + 1 });
  }
  return [...found.values()];
}
