import type { z } from "zod";
import { isRecord, valueAt } from "../config/layers.ts";
import { resultSchema } from "./result-schema.ts";
import type { ResultDocument } from "./result.ts";

type Listed = "images" | "targets" | "explanation" | "evidence";

/** A result document that was read from a file: lists are never missing, and the outcome may be of another version. */
export type ReadDocument = Omit<ResultDocument, Listed | "outcome"> & {
  readonly [Key in Listed]: NonNullable<ResultDocument[Key]>;
} & { readonly outcome: string };

/** Maximum number of times that a misfit is removed before the document is refused. */
const mostRounds = 20;

/**
 * The value as a result document; undefined if it names no outcome.
 *
 * Anybody may have edited the file, and a report is wanted most of a run that went wrong: what does not have the form of the
 * schema is left out, element by element.
 */
export function readDocument(value: unknown): ReadDocument | undefined {
  if (!isRecord(value) || typeof value["outcome"] !== "string") return undefined;
  const { outcome } = value;
  // The word may be of another version: it is shown, and decides nothing.
  const draft: unknown = structuredClone({ schemaVersion: 1, command: "?", ...value, outcome: "unknown" });
  for (let round = 0; round < mostRounds; round++) {
    const { success, data, error } = resultSchema.safeParse(draft);
    if (success) return { ...withLists(data), outcome };
    const words = error.issues.filter((issue) => isForeignWord(draft, issue));
    for (const { path } of words) setUnknown(draft, path);
    const others = error.issues.filter((issue) => !words.includes(issue));
    const places = new Map(others.map(({ path }) => placeOf(draft, path)).map((path) => [JSON.stringify(path), path]));
    // From the back, so that the indices in front stay what they are.
    for (const path of [...places.values()].toSorted(fromTheBack)) takeOut(draft, path);
  }
  return undefined;
}

function withLists({
  images = [],
  targets = [],
  explanation = [],
  evidence = [],
  ...rest
}: ResultDocument): ReadDocument {
  return { ...rest, images, targets, explanation, evidence };
}

/** Texts that a fact can do without. */
const dispensable: ReadonlySet<PropertyKey> = new Set(["source", "at", "url"]);

/** Part that has to go for the sake of `path`: it, or if it is missing, the object that lacks it. */
function placeOf(root: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (path.length < 2 || key === undefined || dispensable.has(key)) return path;
  return isObject(parent) && Object.hasOwn(parent, key) ? path : placeOf(root, path.slice(0, -1));
}

/** A word of an enumeration that another version may have: what it means is unknown, if the enumeration has that word. */
function isForeignWord(root: unknown, issue: z.core.$ZodIssue): boolean {
  return (
    issue.code === "invalid_value" && issue.values.includes("unknown") && typeof valueAt(root, issue.path) === "string"
  );
}

function setUnknown(root: unknown, path: readonly PropertyKey[]): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (isObject(parent) && key !== undefined) parent[key] = "unknown";
}

function takeOut(root: unknown, path: readonly PropertyKey[]): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (!isObject(parent) || key === undefined) return;
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (dispensable.has(key)) parent[key] = "";
  else delete parent[key];
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

function fromTheBack(a: readonly PropertyKey[], b: readonly PropertyKey[]): number {
  for (const [at, part] of a.entries()) {
    const other = b[at];
    if (typeof part === "number" && typeof other === "number" && part !== other) return other - part;
  }
  return b.length - a.length;
}
