import { decidePush } from "@lateen/gate/decisions";
import type { SourceDocument } from "../../config/read-yaml.ts";
import { isRecord, valueAt } from "../../config/layers.ts";
import type { Finding } from "../doctor/finding.ts";

/** A finding at a place in a workflow file. */
export interface Located extends Omit<Finding, "check"> {
  readonly path: readonly PropertyKey[];
}

/** What the forge refuses, or what keeps a commit from shipping. */
export function gapAt(path: Located["path"], fact: string, fix: string): Located {
  return { path, verdict: "gap", fact, fix };
}

export function warningAt(path: Located["path"], fact: string, fix: string): Located {
  return { path, verdict: "warning", fact, fix };
}

/** An event that starts a workflow, in whichever of the three ways it is written. */
export interface Trigger {
  readonly event: string;
  readonly path: readonly PropertyKey[];
}

/** The events of `on: push`, `on: [push]` and `on: { push: … }`; none if `on` is something else. */
export function triggersOf(workflow: Readonly<Record<string, unknown>>): readonly Trigger[] {
  const on = workflow["on"];
  if (typeof on === "string") return [{ event: on, path: ["on"] }];
  if (Array.isArray(on))
    return on.flatMap((event: unknown, index) => (typeof event === "string" ? [{ event, path: ["on", index] }] : []));
  return isRecord(on) ? Object.keys(on).map((event) => ({ event, path: ["on", event] })) : [];
}

/** True if an event of a branch starts a workflow, some paths aside. */
export function startsOn(
  workflow: Readonly<Record<string, unknown>>,
  event: "push" | "merge_group",
  branch: string,
): boolean {
  if (!triggersOf(workflow).some((trigger) => trigger.event === event)) return false;
  const filters = valueAt(workflow, ["on", event]);
  const names = ["branches", "branches-ignore", "tags", "tags-ignore"] as const;
  const trigger = names.flatMap((name) => {
    const value = isRecord(filters) ? filters[name] : undefined;
    if (value === undefined) return [];
    return [[name, (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(String)] as const];
  });
  return decidePush(Object.fromEntries(trigger), { branch, files: ["any"] }, "github").kind !== "other-branch";
}

/** Every path in `value` that fits a pattern with `*`. */
export function expand(value: unknown, pattern: readonly string[]): readonly (readonly string[])[] {
  const [head, ...rest] = pattern;
  if (head === undefined) return [[]];
  if (!isRecord(value)) return [];
  const keys = head === "*" ? Object.keys(value) : Object.hasOwn(value, head) ? [head] : [];
  return keys.flatMap((key) => expand(value[key], rest).map((path) => [key, ...path]));
}

/** The workflow with what its merge keys bring along, as Gitea reads it; a key of its own beats a merged one. */
export function mergeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mergeKeys);
  if (!isRecord(value)) return value;
  const { "<<": merged, ...own } = value;
  const sources = Array.isArray(merged) ? (merged as readonly unknown[]) : [merged];
  const brought = sources.toReversed().filter(isRecord).map(mergeKeys);
  const rest = Object.entries(own).map(([key, each]) => [key, mergeKeys(each)] as const);
  return Object.assign({}, ...brought, Object.fromEntries(rest)) as unknown;
}

/** `:line:column` of a key, else of the nearest one above it; nothing if the document has no lines. */
export function placeOf(document: SourceDocument, path: readonly PropertyKey[]): string {
  const position = document.keyPosition(path);
  return position === undefined ? "" : `:${position.line}:${position.column}`;
}
