import { createSender, parseCommitSha, parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import { createProber } from "../http/prober.ts";
import { startTenants } from "./tenants.ts";

test("a tenant answers a question that is made to get past caches", async () => {
  const sha = parseCommitSha("a".repeat(40));
  const tenants = await startTenants({ slugs: ["t1"], sha });
  const prober = createProber({
    url: tenants.buildinfo,
    send: createSender(() => import("undici")),
    bustCache: true,
  });
  const reading = await prober.buildinfo({ slug: parseSlug("t1"), plane: "prod" });
  await tenants.close();
  expect(reading).toEqual({ kind: "found", value: sha });
});
