// C0 and C1 controls (escape sequences start with one), what has no width, and the bidirectional overrides of
// "Trojan Source" (CVE-2021-42574).
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/**
 * Text from outside as one harmless line: control characters and bidirectional overrides become a space, at most `max`
 * characters are kept.
 *
 * @param max - Longest result in UTF-16 units, the ellipsis included. @default 500
 */
export function plainText(text: string, max = 500): string {
  // Cut first: a hostile megabyte must not be scanned for the sake of its first line.
  const cut = text.slice(0, max * 2);
  const line = cut.replace(unprintable, " ").trim();
  const short = line.length > max || text.length > max * 2 ? `${line.slice(0, max - 1)}…` : line;
  return short.toWellFormed();
}
