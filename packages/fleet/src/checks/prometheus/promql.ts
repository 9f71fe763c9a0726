/** Words of PromQL that are followed by a parenthesis or a vector and name no metric. */
const words = new Set(
  "by without on ignoring group_left group_right and or unless bool offset atan2 inf nan start end".split(" "),
);
/** Words that are followed by a list of labels. */
const labelled = new Set("by without on ignoring group_left group_right".split(" "));

const token =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*|\{|\[[^\]]*\]|[a-zA-Z_:][a-zA-Z0-9_:.]*|\d[\w.]*|\s+|./gs;

/**
 * The series that a query reads, each as an instant selector without range, offset or `@`.
 *
 * PromQL answers with the instant of the evaluation, whatever the age of the samples is; only a selector by itself has them
 * (`timestamp()`, https://prometheus.io/docs/prometheus/latest/querying/functions/#timestamp).
 */
export function selectorsOf(query: string): readonly string[] {
  const tokens = [...query.matchAll(token)].map(([text]) => text).filter((text) => !/^(?:\s|#)/.test(text));
  const selectors = new Set<string>();
  for (let at = 0; at < tokens.length; at++) {
    const text = tokens[at] ?? "";
    const next = tokens[at + 1];
    if (labelled.has(text.toLowerCase()) && next === "(") at = closing(tokens, at + 1, "(", ")");
    else if (text === "{") {
      const end = closing(tokens, at, "{", "}");
      selectors.add(tokens.slice(at, end + 1).join(""));
      at = end;
    } else if (isMetric(text, next)) {
      const end = next === "{" ? closing(tokens, at + 1, "{", "}") : at;
      selectors.add(tokens.slice(at, end + 1).join(""));
      at = end;
    }
  }
  return [...selectors];
}

function isMetric(text: string, next: string | undefined): boolean {
  const isFunction = next === "(" || next === "by" || next === "without";
  return /^[a-zA-Z_:]/.test(text) && !isFunction && !words.has(text.toLowerCase());
}

function closing(tokens: readonly string[], from: number, open: string, close: string): number {
  for (let at = from, depth = 0; at < tokens.length; at++) {
    if (tokens[at] === open) depth += 1;
    if (tokens[at] === close && --depth === 0) return at;
  }
  return tokens.length - 1;
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** The longest range selector of a query (`[1m]`, `[1h30m]`) in milliseconds; undefined if it reads no range. */
export function rangeMsOf(query: string): number | undefined {
  const ranges = [...query.matchAll(token)].flatMap(([text]) => (text.startsWith("[") ? [rangeMs(text)] : []));
  return ranges.length === 0 ? undefined : Math.max(...ranges);
}

function rangeMs(text: string): number {
  const [range = ""] = text.slice(1, -1).split(":");
  return [...range.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)].reduce(
    (sum, [, count = "0", unit = ""]) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
}
