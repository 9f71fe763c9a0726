import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { cell } from "./cell.ts";

/** One exported array of rows of a `*.table.ts` file: the data that the tests loop over. */
export interface DecisionTable {
  readonly package: string;
  /** Relative to the package. */
  readonly file: string;
  readonly name: string;
  /** The comment above the export. */
  readonly about: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

// The loader runs as a bundle in a temporary file, so its own place says nothing; vitepress starts in apps/docs.
const packages = join(process.cwd(), "../../packages");

/** Every decision table of every package, in the order of their files. */
export async function decisionTables(): Promise<DecisionTable[]> {
  const tables = readdirSync(packages).flatMap((name) =>
    ["src", "test/tables"].flatMap((folder) =>
      filesIn(join(packages, name, folder))
        .filter((file) => file.endsWith(".table.ts"))
        .toSorted()
        .map((file) => tablesOf(name, join(folder, file))),
    ),
  );
  return (await Promise.all(tables)).flat();
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}

async function tablesOf(name: string, file: string): Promise<DecisionTable[]> {
  const path = join(packages, name, file);
  const text = readFileSync(path, "utf8");
  const exported = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  return Object.keys(exported)
    .toSorted((left, right) => text.indexOf(`export const ${left}`) - text.indexOf(`export const ${right}`))
    .flatMap((key) => {
      const rows = exported[key];
      if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isRow)) return [];
      return [{ package: name, file, name: key, about: commentAbove(text, key), rows }];
    });
}

/** A table as Markdown: a heading, what it is about, its rows. */
export function toMarkdown({ file, name, about, rows }: DecisionTable, level: "##" | "###" = "##"): string {
  // The fullest row knows the order of the columns best.
  const columns = [
    ...new Set(rows.toSorted((left, right) => size(right) - size(left)).flatMap((row) => Object.keys(row))),
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `${level} ${heading(name)}`,
    "",
    ...(about === "" ? [] : [about, ""]),
    line(columns.map(heading)),
    line(columns.map(() => "---")),
    ...rows.map((row) => line(columns.map((column) => cell(row[column])))),
    "",
    `${rows.length} rows, tested one by one: \`${file}\`.`,
    "",
  ].join("\n");
}

function size(row: object): number {
  return Object.keys(row).length;
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `stateRows` → `State rows`. */
function heading(name: string): string {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function commentAbove(text: string, name: string): string {
  const comment =
    new RegExp(`^/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export const ${name}\\b`, "m").exec(text)?.[1] ?? "";
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  return lines
    .join("\n")
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll("{", "&#123;")
    .replaceAll("<", "&lt;")
    .replaceAll(/https?:\/\/[^\s)]+/g, "<$&>")
    .trim();
}
