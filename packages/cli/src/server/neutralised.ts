import { plainText } from "@lateen/kernel";

/** Longest text of a service that is kept, in UTF-16 units. */
const longest = 4_000;

/** The same with every text, of values and of keys, as one harmless line. */
export function neutralised(value: unknown): unknown {
  if (typeof value === "string") return plainText(value, longest);
  if (Array.isArray(value)) return value.map(neutralised);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [plainText(key, longest), neutralised(one)]));
}
