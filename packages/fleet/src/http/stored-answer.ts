/** Headers by which caches say that they answered: the header, and the value that says so. */
const signs: readonly (readonly [header: string, stored: RegExp])[] = [
  // RFC 9111 §5.1: seconds since the origin made the answer; an answer that was never stored has none, or 0.
  ["age", /^\s*0*[1-9]\d*/],
  // RFC 7234 §5.5: 110 stale, 111 revalidation failed, 112 disconnected, 113 heuristic expiration.
  ["warning", /(?:^|,)\s*11[0-3]\b/],
  // RFC 9211 §2.1.
  ["cache-status", /;\s*hit\b/i],
  // CloudFront, Fastly, Varnish, Squid, Azure Front Door, Google Cloud CDN.
  ["x-cache", /\bhit\b|\bstale\b/i],
  ["x-cache-status", /\bhit\b|\bstale\b|\bupdating\b/i],
  ["x-cache-lookup", /\bhit\b/i],
  ["x-proxy-cache", /\bhit\b|\bstale\b|\bupdating\b/i],
  // https://developers.cloudflare.com/cache/concepts/cache-responses/
  ["cf-cache-status", /^\s*(?:hit|stale|updating|revalidated)\b/i],
  // https://vercel.com/docs/headers/response-headers#x-vercel-cache
  ["x-vercel-cache", /^\s*(?:hit|stale|prerender)\b/i],
  ["x-nf-cache", /\bhit\b/i],
];

/** The header by which a cache says that it answered from what it had stored, as `Age: 900`; undefined if none does. */
export function storedSign(header: (name: string) => string | undefined): string | undefined {
  const shown = signs.flatMap(([name, stored]) => {
    const value = header(name);
    return value !== undefined && stored.test(value) ? [`${titled(name)}: ${value.trim()}`] : [];
  });
  return shown.length === 0 ? undefined : shown.join(", ");
}

function titled(name: string): string {
  return name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
