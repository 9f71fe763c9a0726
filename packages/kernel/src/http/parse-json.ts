import { isHtml } from "./html.ts";
import { httpError } from "./http-errors.ts";
import type { HttpResponse } from "./http.ts";
import { plainText } from "../vocabulary/plain-text.ts";
import type { ReleaseError } from "../vocabulary/release-error.ts";

const wrongAddress = "check that the address is that of the API and that no login page or gateway answers in its place";

/** The part of a zod schema that is used here; the kernel itself depends on nothing. */
export interface Schema<T> {
  safeParse(
    value: unknown,
    context?: object,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: SchemaError };
}

interface SchemaError {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** One issue is reported. A megabyte of empty objects has 300,000, and to make them all keeps the process from hearing a signal. */
const firstIssueOnly = { abortEarly: true };

/**
 * Most commas, colons and openings of one body: 20,000 rows of ten fields have 420,000. Reading 500,000 takes 0.8 s
 * at worst (each key of its own), the 5,600,000 that fit into 8 MiB take 7 s, in which no signal is heard (measured November 2026).
 */
const mostValues = 500_000;

/**
 * The JSON body of `response`, validated; HTML is named as such, since it is what login pages and gateways answer.
 *
 * @param what - What the body should be, for the message: `"a list of commit statuses"`.
 * @throws ReleaseError `HTTP_NOT_JSON`, `HTTP_UNEXPECTED_BODY`, `HTTP_TOO_LARGE`, all `unavailable` and not retryable
 */
export function parseJson<T>(response: Pick<HttpResponse, "text" | "url">, schema: Schema<T>, what: string): T {
  const text = response.text();
  if (hasMoreValues(text, mostValues)) throw tooManyValues(response.url, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (isHtml(text)) throw webPage(response.url, what);
    throw unreadable("HTTP_NOT_JSON", response.url, what, describe(text));
  }
  const result = schema.safeParse(value, firstIssueOnly);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue && ` at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`;
  throw unreadable("HTTP_UNEXPECTED_BODY", response.url, what, plainText(`other JSON${where ?? ""}`, 200));
}

function tooManyValues(url: string, what: string): ReleaseError {
  const message = `: expected ${what}, got more than ${mostValues} values`;
  const fix = "check that the address is the right one; no honest answer there is that large";
  return httpError(url, { code: "HTTP_TOO_LARGE", message, fix, retryable: false });
}

function describe(text: string): string {
  if (text.trim() === "") return "an empty body";
  return `text that is not JSON: ${plainText(text, 60)}`;
}

/** A page says nothing about the one address that was asked for, which is named so that it can be tried. */
function webPage(url: string, what: string): ReleaseError {
  const path = URL.canParse(url) ? plainText(new URL(url).pathname, 200) : "the address";
  const message = ` answered with an HTML page instead of JSON: ${what} was expected at ${path}`;
  return httpError(url, { code: "HTTP_NOT_JSON", message, fix: wrongAddress, retryable: false });
}

function unreadable(code: string, url: string, what: string, got: string): ReleaseError {
  return httpError(url, { code, message: `: expected ${what}, got ${got}`, fix: wrongAddress, retryable: false });
}

const [quote, comma, colon, bracket, brace, backslash] = [0x22, 0x2c, 0x3a, 0x5b, 0x7b, 0x5c] as const;

/** True if `text` has more than `most` commas, colons and openings outside of its strings. */
export function hasMoreValues(text: string, most: number): boolean {
  for (let at = 0, count = 0; text.length > most && at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if ((code === comma || code === colon || code === bracket || code === brace) && ++count > most) return true;
  }
  return false;
}

/** Place of the quote that ends the string which begins at `start`; the end of `text` if none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
