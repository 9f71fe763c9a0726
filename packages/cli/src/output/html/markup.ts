/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | undefined | readonly Markup[];

/** A template whose values are escaped unless they are markup themselves. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: texts.map((text, index) => text + render(parts[index])).join("") };
}

/** Text with everything escaped that means something in HTML, in quoted attributes too. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The address as a link where a browser may follow it, else as text: `javascript:` and `data:` run what they say. */
export function link(address: string, text: string): Markup {
  const url = URL.parse(address);
  const followed = url?.protocol === "https:" || url?.protocol === "http:";
  return followed && url !== null ? html`<a href="${url.href}" rel="noopener noreferrer">${text}</a>` : html`${text}`;
}

/** A table that scrolls by itself where the page is narrow. */
export function table(head: readonly string[], rows: readonly (readonly Markup[])[]): Markup {
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Tone of a word: good news, bad news, or neither. */
export function tone(word: string): "good" | "bad" | "plain" {
  if (good.has(word)) return "good";
  return bad.has(word) ? "bad" : "plain";
}

const good: ReadonlySet<string> = new Set(
  "shipped unchanged ok open passed latest free verified ahead moved created success none promoted".split(" "),
);
const bad: ReadonlySet<string> = new Set(
  "halted refused closed unknown partial error failed failure unreachable mixed quarantined foreign drift denied interrupted rolled-back".split(
    " ",
  ),
);

function render(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  return "markup" in part ? part.markup : part.map(({ markup }) => markup).join("");
}
