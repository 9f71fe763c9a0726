/** Words that a native engineer does not write. */
export const unwanted = [
  "nobody",
  "whoever",
  "whom",
  "shall",
  "anew",
  "beside",
  "meanwhile",
  "stands",
  "told",
  "tells",
];

/** The Unix account `nobody`, always in quotes. */
const account = /[`"]nobody[`"]/g;

/** Unwanted words of a text, each with its line. */
export function unwantedWords(text: string): { readonly word: string; readonly line: number }[] {
  return text.split("\n").flatMap((content, index) =>
    [...content.replaceAll(account, "").matchAll(new RegExp(`\\b(?:${unwanted.join("|")})\\b`, "gi"))].map(
      ([word]) => ({
        word: word.toLowerCase(),
        line: index + 1,
      }),
    ),
  );
}
