import { plainText } from "@lateen/kernel";

/** A value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** First place at which `value` differs from `wanted`, in half a sentence; undefined if there is none. Objects may hold more, lists may not. */
export function findDifference(value: unknown, wanted: JsonValue, path = "the answer"): string | undefined {
  if (typeof wanted !== "object" || wanted === null)
    return value === wanted ? undefined : `${path} is ${shown(value)}, not ${shown(wanted)}`;
  if (Array.isArray(wanted)) return differenceOfLists(value, wanted as readonly JsonValue[], path);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return `${path} is ${shown(value)}, not an object`;
  for (const [key, part] of Object.entries(wanted)) {
    const inner = path === "the answer" ? key : `${path}.${key}`;
    if (!Object.hasOwn(value, key)) return `${inner} is missing`;
    const difference = findDifference((value as Record<string, unknown>)[key], part as JsonValue, inner);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function differenceOfLists(value: unknown, wanted: readonly JsonValue[], path: string): string | undefined {
  if (!Array.isArray(value)) return `${path} is ${shown(value)}, not a list`;
  if (value.length !== wanted.length) return `${path} has ${value.length} entries, not ${wanted.length}`;
  for (const [index, part] of wanted.entries()) {
    const difference = findDifference(value[index], part, `${path}[${index}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function shown(value: unknown): string {
  return plainText(JSON.stringify(value) ?? "nothing", 60);
}
