/** Keys of listings, in lower case and without `_`, by what they say. */
const moreKeys = new Set(["hasmore", "hasnext", "hasnextpage", "truncated", "istruncated", "incompleteresults"]);
const nextKeys = new Set([
  "continue",
  "next",
  "nextcursor",
  "nextlink",
  "nextpage",
  "nextpagetoken",
  "nexttoken",
  "nexturl",
]);
const totalKeys = new Set(["total", "totalcount", "totalitems", "totalresults"]);
/** Objects that listings put such keys into. */
const holders: readonly string[] = [
  "links",
  "_links",
  "meta",
  "metadata",
  "page_info",
  "pageInfo",
  "pagination",
  "paging",
];

/** A listing: its other keys, the number of its rows with and without those named twice, and its headers. */
export interface Listing {
  readonly answer: Readonly<Record<string, unknown>>;
  readonly counts: readonly [rows: number, all: number];
  header(name: string): string | undefined;
}

/** Sign in a listing that there are more tenants than its rows; undefined if there is none. */
export function pageSign({ answer, counts, header }: Listing): string | undefined {
  const inside = holders.flatMap((key) => {
    const value = answer[key];
    return typeof value === "object" && value !== null ? Object.entries(value) : [];
  });
  for (const [key, value] of [...Object.entries(answer), ...inside]) {
    const sign = signOf(key, value, counts);
    if (sign !== undefined) return sign;
  }
  // Source: RFC 8288 §3; the relation may be quoted or not.
  if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(header("link") ?? "")) return "Link: rel=next";
  // https://docs.gitlab.com/api/rest/#other-pagination-headers
  if (says(header("x-next-page"))) return `X-Next-Page: ${header("x-next-page")}`;
  return signOf("total", header("x-total-count") ?? header("x-total"), counts);
}

function signOf(key: string, value: unknown, counts: Listing["counts"]): string | undefined {
  const name = key.toLowerCase().replaceAll("_", "");
  if (moreKeys.has(name)) return says(value) ? `${key}: true` : undefined;
  if (nextKeys.has(name)) return says(value) ? `${key} in the answer` : undefined;
  if (!totalKeys.has(name)) return undefined;
  const total = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof total === "number" && !counts.includes(total) ? `${key}: ${total}, ${counts[0]} rows` : undefined;
}

function says(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== false && value !== 0 && value !== "false";
}
