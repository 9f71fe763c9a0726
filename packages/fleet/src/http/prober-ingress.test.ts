import { parseCommitSha, parseSlug, type Sender } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../testing/simulation/virtual-clock.ts";
import { verifyFleet } from "../verify-fleet.ts";
import { createProber } from "./prober.ts";

const sha = parseCommitSha("b".repeat(40));
const size = 500;
const concurrency = 64;

type Clock = ReturnType<typeof createVirtualClock>;
type Refuse = (host: string, now: number) => { readonly status: number; readonly retryAfter?: number } | undefined;

/** An ingress before all tenants: it takes 20 ms for an answer, and refuses what `refuse` says. */
function ingress(clock: Clock, refuse: Refuse) {
  const seen = { requests: 0, refused: 0, busiest: 0 };
  let open = 0;
  const send: Sender = async (url) => {
    seen.requests += 1;
    seen.busiest = Math.max(seen.busiest, ++open);
    const refusal = refuse(new URL(url).host, clock.now());
    if (refusal !== undefined) seen.refused += 1;
    await clock.sleep(20);
    open -= 1;
    return refusal === undefined
      ? Response.json({ git_sha: sha })
      : new Response("slow down", {
          status: refusal.status,
          headers: refusal.retryAfter === undefined ? {} : { "retry-after": String(refusal.retryAfter) },
        });
  };
  return { seen, send };
}

async function sweep(url: string, clock: Clock, send: Sender, samples = 1) {
  const started = clock.now();
  const slugs = Array.from({ length: size }, (_, index) => parseSlug(`t${index}`));
  const verdict = await verifyFleet(
    { release: { sha, digests: {}, tag: "new" }, policy: { verify: { samples, concurrency } } },
    {
      controlPlane: {
        enumerate: async () => ({ kind: "found", value: slugs.map((slug) => ({ slug, plane: "prod" })) }),
      },
      prober: createProber({ url, send, clock }),
      clock,
    },
  );
  return {
    verified: verdict.value?.verified,
    unknown: verdict.value?.unknown,
    seconds: (clock.now() - started) / 1_000,
  };
}

/** So many requests at once, and so many more a second; whatever comes above that is refused. */
function bucket(burst: number, perSecond: number): Refuse {
  let [tokens, at] = [burst, Number.NaN];
  return (_, now) => {
    tokens = Math.min(burst, tokens + ((Number.isNaN(at) ? 0 : now - at) * perSecond) / 1_000);
    at = now;
    if (tokens < 1) return { status: 429, retryAfter: 1 };
    tokens -= 1;
    return undefined;
  };
}

describe.each(["https://{slug}.example.com/buildinfo", "https://example.com/{slug}/buildinfo"])("%s", (url) => {
  test.each([429, 503])(
    "an ingress that answers %i for a while refuses as many as are under way, not each tenant",
    async (status) => {
      const clock = createVirtualClock();
      const until = clock.now() + 5_000;
      const { seen, send } = ingress(clock, (_, now) => (now < until ? { status, retryAfter: 5 } : undefined));
      expect(await sweep(url, clock, send)).toMatchObject({ verified: size });
      expect(seen.refused).toBeLessThanOrEqual(concurrency);
      expect(seen.requests).toBe(2 * size + seen.refused);
    },
  );

  test("an ingress that takes 50 requests a second refuses a fraction of them, and all are seen", async () => {
    const clock = createVirtualClock();
    const { seen, send } = ingress(clock, bucket(50, 50));
    const swept = await sweep(url, clock, send);
    expect(swept).toMatchObject({ verified: size });
    // 1,000 requests at 50 a second.
    expect(swept.seconds).toBeLessThan(60);
    expect(seen.refused).toBeLessThan(2 * concurrency);
  });
});

test.each([1, 50])(
  "%i of 500 tenants in maintenance, which ask for a minute each time, keep no other from its look",
  async (sick) => {
    const clock = createVirtualClock();
    const first = new Map<string, number>();
    const { send } = ingress(clock, (host, now) => {
      if (Number(/^t(\d+)/.exec(host)?.[1]) % (size / sick) === 0) return { status: 503, retryAfter: 60 };
      first.set(host, first.get(host) ?? now);
      return undefined;
    });
    const started = clock.now();
    expect(await sweep("https://{slug}.example.com/buildinfo", clock, send)).toMatchObject({ verified: size - sick });
    expect((Math.max(...first.values()) - started) / 1_000).toBeLessThan(60);
  },
);

test("addresses that a function makes have a pace for each host", async () => {
  const clock = createVirtualClock();
  const began = clock.now();
  const { send } = ingress(clock, (host) => (host === "a.example.com" ? { status: 429, retryAfter: 60 } : undefined));
  const prober = createProber({ url: ({ slug }) => `https://${slug}.example.com/buildinfo`, send, clock });
  const asked = prober.buildinfo({ slug: parseSlug("a"), plane: "prod" });
  await clock.sleep(100);
  expect(await prober.buildinfo({ slug: parseSlug("b"), plane: "prod" })).toEqual({ kind: "found", value: sha });
  expect(clock.now() - began).toBeLessThan(1_000);
  expect(await asked).toMatchObject({ kind: "unknown", cause: { code: "BUILDINFO_THROTTLED" } });
});

describe("one host", () => {
  const tenant = { slug: parseSlug("a"), plane: "prod" };
  const url = "https://{slug}.example.com/buildinfo";

  test("that asks for an hour is asked again after two minutes", async () => {
    const clock = createVirtualClock();
    const began = clock.now();
    const { seen, send } = ingress(clock, (_, now) =>
      now - began < 60_000 ? { status: 503, retryAfter: 3_600 } : undefined,
    );
    const prober = createProber({ url, send, clock });
    expect(await prober.buildinfo(tenant)).toMatchObject({ cause: { code: "BUILDINFO_THROTTLED" } });
    expect(await prober.buildinfo(tenant)).toMatchObject({ kind: "found" });
    expect({ requests: seen.requests, seconds: Math.round((clock.now() - began) / 1_000) }).toEqual({
      requests: 2,
      seconds: 120,
    });
  });

  test("that answers 429 and names no time is asked again after a second", async () => {
    const clock = createVirtualClock();
    const began = clock.now();
    const { seen, send } = ingress(clock, () => (seen.refused === 0 ? { status: 429 } : undefined));
    expect(await createProber({ url, send, clock }).buildinfo(tenant)).toMatchObject({ kind: "found" });
    expect(Math.round((clock.now() - began) / 100)).toBe(10);
  });

  test("that breaks a connection off after it asked for a pause keeps no place", async () => {
    const clock = createVirtualClock();
    let requests = 0;
    const { send } = ingress(clock, () => (requests === 1 ? { status: 429, retryAfter: 1 } : undefined));
    const broken: Sender = async (address, init) => {
      if (++requests === 2) throw new Error("broken off");
      return send(address, init);
    };
    const prober = createProber({ url, send: broken, clock });
    expect(await prober.buildinfo(tenant)).toMatchObject({ kind: "unknown" });
    expect(await prober.buildinfo(tenant)).toMatchObject({ kind: "found" });
  });
});
