/** A value of a decision table as the text of a Markdown cell. Prose stays prose; data becomes code. */
export function cell(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value === "" ? "<em>empty</em>" : escape(value);
  return `<code>${escape(compact(value))}</code>`;
}

/** A value in one line, without superfluous quotes and braces. */
function compact(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(nested).join(", ");
  if (value instanceof Error) return "code" in value ? String(value.code) : value.name;
  if (typeof value === "function") return value.name === "" ? "…" : value.name;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).filter(([key, item]) => key !== "kind" && item !== undefined);
  const only = entries.length === 1 ? entries[0] : undefined;
  if ("kind" in value) return [String(value.kind), ...(only ? [nested(only[1])] : entries.map(pair))].join(" ");
  return entries.length === 0 ? "–" : entries.map(pair).join(", ");
}

function pair([key, value]: readonly [string, unknown]): string {
  return `${key}: ${nested(value)}`;
}

function nested(value: unknown): string {
  if (typeof value === "string") return /^[0-9a-f]{40}$/.test(value) ? value.slice(0, 7) : value;
  if (value instanceof Error || typeof value !== "object" || value === null) return compact(value);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${compact(value)}]`;
  return `(${compact(value)})`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("{", "&#123;")
    .replaceAll(/[|*_`\\[\]~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll("\n", "<br>");
}
