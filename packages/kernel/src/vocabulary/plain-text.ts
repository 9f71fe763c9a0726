// C0 and C1 controls (escape sequences start with one), what has no width, and the bidirectional overrides of
// "Trojan Source" (CVE-2021-42574).
const unprintable =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e00ff}]+/gu;

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
