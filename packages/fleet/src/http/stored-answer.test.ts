import { expect, test } from "vitest";
import { storedSign } from "./stored-answer.ts";

/** What a cache says about an answer, and what is shown of it; undefined if the answer came from the origin. */
const rows: readonly (readonly [headers: Record<string, string>, shown: string | undefined])[] = [
  [{}, undefined],
  [{ age: "0" }, undefined],
  [{ age: "900" }, "Age: 900"],
  [{ age: " 001" }, "Age: 001"],
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
