/** Words of a cache that answered from its store: `HIT`, `TCP_REMOTE_HIT` (Azure), `RefreshHit` (CloudFront), `Stale`, `UPDATING` (nginx). */
const stored = /(?<![a-z])(?:refresh)?hit(?![a-z])|(?<![a-z])(?:stale|updating)(?![a-z])/i;

/** Headers by which caches say that they answered: the header, and the value that says so. */
const signs: readonly (readonly [header: string, stored: RegExp])[] = [
  // RFC 9111 §5.1: seconds since the origin made the answer; an answer that was never stored has none, or 0.
  // Of several caches each may have added its own.
  ["age", /(?:^|,)\s*0*[1-9]/],
  // RFC 7234 §5.5: 110 stale, 111 revalidation failed, 112 disconnected, 113 heuristic expiration.
  ["warning", /(?:^|,)\s*11[0-3]\b/],
  // RFC 9211 §2.1.
  ["cache-status", /;\s*hit\b/i],
  // CloudFront, Fastly, Varnish, Squid, Google Cloud CDN; https://learn.microsoft.com/azure/cdn/cdn-msft-http-debug-headers
  ["x-cache", stored],
  ["x-cache-status", stored],
  ["x-cache-lookup", stored],
  ["x-proxy-cache", stored],
  ["x-fastcgi-cache", stored],
  ["x-litespeed-cache", stored],
  ["x-drupal-cache", stored],
  // https://docs.fastly.com/documentation/reference/http/http-headers/X-Cache-Hits/: hits of each node.
  ["x-cache-hits", /(?<!\d)0*[1-9]/],
  // https://varnish-cache.org/docs/trunk/users-guide/increasing-your-hitrate.html: a second number is the request that stored it.
  ["x-varnish", /^\s*\d+\s+\d+/],
  // https://developers.cloudflare.com/cache/concepts/cache-responses/
  ["cf-cache-status", /^\s*(?:hit|stale|updating|revalidated)\b/i],
  // https://vercel.com/docs/headers/response-headers#x-vercel-cache
  ["x-vercel-cache", /^\s*(?:hit|stale|prerender)\b/i],
  ["x-nf-cache", stored],
  ["cdn-cache", stored],
  // Akamai and Fastly: `cdn-cache; desc=HIT`.
  ["server-timing", /\bcdn-cache\s*;\s*desc\s*=\s*"?hit/i],
];

/** The header by which a cache says that it answered from what it had stored, as `Age: 900`; undefined if none does. */
export function storedSign(header: (name: string) => string | undefined): string | undefined {
  const shown = signs.flatMap(([name, sign]) => {
    const value = header(name);
    return value !== undefined && sign.test(value) ? [`${titled(name)}: ${value.trim()}`] : [];
  });
  return shown.length === 0 ? undefined : shown.join(", ");
}

function titled(name: string): string {
  return name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
