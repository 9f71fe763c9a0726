import {
  absent,
  asReleaseError,
  found,
  parseJson,
  parseSlug,
  plainText,
  type Reading,
  type ReleaseError,
  type Slug,
  unknown,
} from "@lateen/kernel";
import { z } from "zod";
import type { Values } from "./template.ts";
import { fleetError } from "../errors.ts";

/** One line of `enumerate`. */
export interface Row {
  readonly slug: Slug;
  /** Values for placeholders: every field that is a text, a number or a truth value. */
  readonly values: Values;
  /** Labels that rings select by. */
  readonly tags?: readonly string[] | undefined;
}

/** More tenants than any fleet has, and few enough to be held in memory. */
const maxRows = 100_000;
/** Longest value of a field: a host name has at most 253 characters, a path at most 4,096. */
const maxValue = 4_096;

const line = z.object({ slug: z.string(), tags: z.array(z.string()).optional() }).loose();

/**
 * Reads the rows that `enumerate` printed: one JSON object a line, empty lines ignored.
 *
 * A line that cannot be read makes the fleet unknown: a tenant that was left out would never be accounted for.
 */
export function readRows(stdout: string, name: string): Reading<readonly Row[]> {
  const lines = stdout.split("\n").filter((text) => text.trim() !== "");
  if (lines.length === 0) return absent(`${name} enumerates no tenant`);
  if (lines.length > maxRows) return unknown(unreadable(name, `it has more than ${maxRows} lines`));
  const rows = new Map<Slug, { readonly row: Row; readonly text: string }>();
  try {
    for (const [index, text] of lines.entries()) {
      const row = readRow(text, name, index + 1);
      const twin = rows.get(row.slug);
      if (twin !== undefined && twin.text !== text.trim()) return unknown(namedTwice(name, row.slug));
      rows.set(row.slug, { row, text: text.trim() });
    }
  } catch (error) {
    return unknown(asReleaseError(error));
  }
  return found([...rows.values()].map(({ row }) => row));
}

function readRow(text: string, name: string, number: number): Row {
  const fields = fieldsOf(text);
  if (fields === undefined)
    throw unreadable(name, `line ${number} is not a JSON object with a "slug": ${plainText(text, 80)}`);
  const { slug, tags } = fields;
  const values: Record<string, string> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") continue;
    if (String(value).length > maxValue)
      throw unreadable(name, `"${plainText(field, 60)}" in line ${number} is too long`);
    values[field] = String(value);
  }
  // The grammar is checked before a slug gets near a command line; the error names it.
  return { slug: parseSlug(slug), values, tags };
}

function fieldsOf(text: string): z.infer<typeof line> | undefined {
  try {
    return parseJson({ text: () => text, url: "" }, line, "a row");
  } catch {
    return undefined;
  }
}

function unreadable(name: string, what: string): ReleaseError {
  return fleetError("EXEC_ROWS_UNREADABLE", "unavailable", {
    retryable: false,
    message: `the output of enumerate of ${name} cannot be read: ${what}`,
    fix: 'print one JSON object for each tenant and line, such as {"slug": "acme", "host": "acme.example.com"}',
  });
}

function namedTwice(name: string, slug: string): ReleaseError {
  return fleetError("FLEET_CLAIMED_TWICE", "state", {
    message: `enumerate of ${name} prints tenant ${slug} twice, with different fields`,
    fix: "correct the command before rolling out",
  });
}
