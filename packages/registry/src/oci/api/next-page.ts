/** The path of the next page of a list, on the same registry whatever host the header names. Source: RFC 8288, `rel="next"`. */
export function nextPage(link: string | undefined, from: string): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*rel="?next"?/i.exec(link ?? "")?.[1];
  if (target === undefined) return undefined;
  const base = new URL(from, "http://registry.invalid");
  const url = new URL(target, base);
  return url.origin === base.origin || /^https?:/.test(target) ? url.pathname + url.search : undefined;
}
