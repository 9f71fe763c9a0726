import { createSender, parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import { startTenants } from "../testing/tenants.ts";
import { createProber } from "./prober.ts";
import { visible } from "./visible.ts";

const sha = "0123456789abcdef0123456789abcdef01234567";

test.each([
  { text: `${sha}-dirty`, shown: `"${sha}-dirty"` },
  { text: "a\u200bb", shown: String.raw`"a\u{200b}b"` },
  { text: "tenant-a ", shown: String.raw`"tenant-a\u{20}"` },
  { text: "x".repeat(90), shown: `"${"x".repeat(80)}…"` },
])("$text is shown as $shown", ({ text, shown }) => {
  expect(visible(text, 80)).toBe(shown);
});

test.each([`${sha}-dirty`, `v${sha}`])(
  "a tenant that says it runs %s proves nothing, and what is odd is shown",
  async (odd) => {
    const tenants = await startTenants({ slugs: ["t1"], sha: odd });
    const prober = createProber({ url: tenants.buildinfo, send: createSender(() => import("undici")) });
    const reading = await prober.buildinfo({ slug: parseSlug("t1"), plane: "prod" });
    await tenants.close();
    expect(reading.kind).not.toBe("found");
    expect(reading.kind === "unknown" ? reading.cause.message : JSON.stringify(reading)).toContain(odd);
  },
);
