import { afterEach, beforeEach, expect, test } from "vitest";
import { startTenants, type TenantsServer } from "./tenants.ts";

let tenants: TenantsServer;
beforeEach(async () => {
  tenants = await startTenants({ slugs: ["t1", "t2"], sha: "old", failing: (_, sha) => (sha === "new" ? 1 : 0) });
});
afterEach(() => tenants.close());

async function counters(slug: string): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${tenants.url}/${slug}/metrics`)).text();
  const lines = [...text.matchAll(/^(\w+)\{slug="(\w+)"\} (\d+)$/gm)];
  expect(new Set(lines.map(([, , one]) => one))).toEqual(new Set([slug]));
  return Object.fromEntries(lines.map(([, name, , value]) => [name, Number(value)]));
}

test("requests rise with time, and errors while the failing commit runs", async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = await counters("t1");
  expect(before).toEqual({ requests: expect.any(Number), errors: 0, http_errors: 0 });
  expect(before["requests"]).toBeGreaterThanOrEqual(5);
  tenants.set("t1", { sha: "new" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const after = await counters("t1");
  const [risen, failed] = [(after["requests"] ?? 0) - (before["requests"] ?? 0), after["errors"] ?? 0];
  expect(failed).toBeGreaterThanOrEqual(4);
  expect(failed).toBeLessThanOrEqual(risen + 1);
  expect(await counters("t2")).toMatchObject({ errors: 0 });
});

test("a tenant that is down is not scraped", async () => {
  tenants.set("t1", { manner: "down" });
  await expect(fetch(`${tenants.url}/t1/metrics`)).rejects.toThrow("fetch failed");
});
