import { plainText } from "@lateen/kernel";

/** An answer with its address and its `Link` header, `""` if it has none. */
export interface Linked {
  readonly url: string;
  readonly link: string;
}

/** Address of the page after this one; undefined on the last page. */
export function nextPage(page: Linked | undefined): string | undefined {
  return page === undefined ? undefined : linkTo("next", page);
}

/** Address of the last page; undefined if this is the only one, or the answer does not name it. */
export function lastPage(page: Linked): string | undefined {
  return linkTo("last", page);
}

/**
 * Addresses of the pages after the first, if the first one shows how many there are: they need not be read one after the other.
 *
 * @param most - No more than so many pages in all.
 */
export function pagesUpToLast(first: Linked, most: number): readonly string[] {
  const last = linkTo("last", first);
  if (last === undefined) return [];
  const url = new URL(last);
  const count = Number(url.searchParams.get("page") ?? "");
  if (!Number.isInteger(count) || count < 2) return [];
  return Array.from({ length: Math.min(count, most) - 1 }, (_, index) => {
    url.searchParams.set("page", String(index + 2));
    return url.href;
  });
}

/**
 * The address under a relation, put on the origin that was asked: behind a proxy a server may name itself otherwise, and the token
 * goes to the configured address only. Source: RFC 8288.
 */
function linkTo(relation: "next" | "last", { link, url }: Linked): string | undefined {
  // No expression may backtrack over a long header: it is split first.
  for (const part of link.split(",")) {
    const [target = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    if (!target.startsWith("<") || !target.endsWith(">")) continue;
    if (!parameters.some((parameter) => parameter === `rel="${relation}"` || parameter === `rel=${relation}`)) continue;
    const address = target.slice(1, -1);
    if (!URL.canParse(address, url)) return undefined;
    const { pathname, search } = new URL(address, url);
    return new URL(pathname + search, url).href;
  }
  return undefined;
}

/** Id of the workflow run that a check of GitHub Actions links to. */
export function runIdOf(url: string): number | undefined {
  const id = /\/actions\/runs\/(\d{1,15})(?:\/|$|[?#])/.exec(url)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** A page for people; `""` where the address is none. */
export function pageOf(url: string): string {
  return /^https?:\/\//.test(url) ? plainText(url, 300) : "";
}
