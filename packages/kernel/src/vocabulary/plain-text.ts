// Escape sequences start with a control; line separators and interlinear annotations are no part of one line.
const controls = /[\p{Cc}\p{Zl}\p{Zp}\ufff9-\ufffb]+/gu;
// Everything that Unicode lets a program leave undrawn: bidirectional overrides ("Trojan Source", CVE-2021-42574), soft hyphens, joiners,
// fillers, tags, variation selectors. The selector that draws an emoji in colour is left where it belongs.
// Source: unicode.org, UAX #44, "Default_Ignorable_Code_Point".
const undrawn =
  /(?!(?<=\p{Emoji})[\ufe0e\ufe0f](?!\p{Default_Ignorable_Code_Point}))\p{Default_Ignorable_Code_Point}/gu;

/**
 * Text from outside as one harmless line: control characters become a space, what is not drawn is shown as `\u{202e}`, at most `max`
 * characters are kept.
 *
 * @param max - Longest result in UTF-16 units, the ellipsis included. @default 500
 */
export function plainText(text: string, max = 500): string {
  // Cut first: a hostile megabyte must not be scanned for the sake of its first line.
  const cut = text.slice(0, max * 2);
  const line = cut.replace(controls, " ").replace(undrawn, shown).trim();
  const short = line.length > max || text.length > max * 2 ? `${line.slice(0, max - 1)}…` : line;
  return short.toWellFormed();
}

function shown(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
