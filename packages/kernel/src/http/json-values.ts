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
