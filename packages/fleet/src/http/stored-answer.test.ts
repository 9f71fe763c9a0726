import { expect, test } from "vitest";
import { storedSign } from "./stored-answer.ts";

/** What a cache says about an answer, and what is shown of it; undefined if the answer came from the origin. */
const rows: readonly (readonly [headers: Record<string, string>, shown: string | undefined])[] = [
  [{}, undefined],
  [{ age: "0" }, undefined],
  [{ age: "900" }, "Age: 900"],
  [{ age: " 001" }, "Age: 001"],
  [{ age: "0, 30" }, "Age: 0, 30"],
  [{ age: "0, 0" }, undefined],
  [{ age: "soon" }, undefined],
  [{ warning: '110 - "Response is Stale"' }, 'Warning: 110 - "Response is Stale"'],
  [
    { warning: '299 - "deprecated", 111 - "revalidation failed"' },
    'Warning: 299 - "deprecated", 111 - "revalidation failed"',
  ],
  [{ warning: '299 - "deprecated"' }, undefined],
  [{ "cache-status": "edge; hit; ttl=30" }, "Cache-Status: edge; hit; ttl=30"],
  [{ "cache-status": "edge; fwd=miss" }, undefined],
  [{ "x-cache": "Hit from cloudfront" }, "X-Cache: Hit from cloudfront"],
  [{ "x-cache": "MISS, HIT" }, "X-Cache: MISS, HIT"],
  [{ "x-cache": "Miss from cloudfront" }, undefined],
  [{ "x-cache": "RefreshHit from cloudfront" }, "X-Cache: RefreshHit from cloudfront"],
  [{ "x-cache": "TCP_HIT" }, "X-Cache: TCP_HIT"],
  [{ "x-cache": "TCP_REMOTE_HIT" }, "X-Cache: TCP_REMOTE_HIT"],
  [
    { "x-cache": "TCP_MEM_HIT from a1.deploy.akamaitechnologies.com" },
    "X-Cache: TCP_MEM_HIT from a1.deploy.akamaitechnologies.com",
  ],
  [{ "x-cache": "TCP_MISS" }, undefined],
  [{ "x-cache": "CONFIG_NOCACHE" }, undefined],
  [{ "x-cache": "Miss from white-house" }, undefined],
  [{ "x-cache-status": "UPDATING" }, "X-Cache-Status: UPDATING"],
  [{ "x-cache-status": "BYPASS" }, undefined],
  [{ "x-cache-hits": "0, 3" }, "X-Cache-Hits: 0, 3"],
  [{ "x-cache-hits": "0, 0" }, undefined],
  [{ "x-varnish": "32770 3" }, "X-Varnish: 32770 3"],
  [{ "x-varnish": "32770" }, undefined],
  [{ "cdn-cache": "HIT" }, "Cdn-Cache: HIT"],
  [{ "server-timing": "cdn-cache; desc=HIT, edge; dur=1" }, "Server-Timing: cdn-cache; desc=HIT, edge; dur=1"],
  [{ "server-timing": "cdn-cache; desc=MISS, hit; dur=1" }, undefined],
  [{ "cf-cache-status": "HIT" }, "Cf-Cache-Status: HIT"],
  [{ "cf-cache-status": "REVALIDATED" }, "Cf-Cache-Status: REVALIDATED"],
  [{ "cf-cache-status": "DYNAMIC" }, undefined],
  [{ "cf-cache-status": "MISS" }, undefined],
  [{ "x-vercel-cache": "STALE" }, "X-Vercel-Cache: STALE"],
  [{ age: "3", "x-cache": "HIT" }, "Age: 3, X-Cache: HIT"],
];

test.each(rows)("%j is shown as %j", (headers, shown) => {
  expect(storedSign((name) => headers[name])).toBe(shown);
});
