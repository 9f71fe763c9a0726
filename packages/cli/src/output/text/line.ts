/** Importance of an event to a reader. */
export type Level = "detail" | "step" | "info" | "notice" | "warning" | "error";

/** One event in one line of text; `step` is a line for a person who watches, and `detail` for the log of a job. */
export interface Line {
  /** `detail` is shown with `-v` only. */
  readonly level: Level;
  readonly text: string;
}

/** For each type of event of a union, the line that says it; undefined keeps silent. */
export type Describers<E extends { readonly type: string }> = {
  readonly [K in E["type"]]?: (event: Extract<E, { readonly type: K }>) => Line | undefined;
};

/** A line of ordinary progress. */
export function info(text: string): Line {
  return { level: "info", text };
}

/** A line of progress within a wave or a stage: jobs show it with `-v` only. */
export function step(text: string): Line {
  return { level: "step", text };
}

/** A line for `-v`. */
export function detail(text: string): Line {
  return { level: "detail", text };
}

/** A line that must be seen. */
export function warning(text: string): Line {
  return { level: "warning", text };
}

/** `1 tenant`, `2 tenants`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The first `most` of a list, and how many more there are. */
export function someOf(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/** The first 7 digits of a commit. */
export function short(sha: string | undefined): string {
  return sha === undefined ? "?" : sha.slice(0, 7);
}

/** The first 12 digits of a digest, without the algorithm. */
export function shortDigest(digest: string | undefined): string {
  return digest === undefined ? "nothing" : digest.replace(/^sha\d+:/, "").slice(0, 12);
}

/** Two columns, the first as wide as it must be. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

/** As a shell reads it as one word. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
