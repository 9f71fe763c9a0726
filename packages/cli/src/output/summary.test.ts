import { describe, expect, test } from "vitest";
import type { FleetResult, ResultDocument, TenantResult } from "./result.ts";
import { formatSummary } from "./summary.ts";

const sha = "a".repeat(40);
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

function fleetOf(tenants: readonly TenantResult[]): FleetResult {
  const off = tenants.filter(({ verdict }) => verdict !== "verified").map(({ slug }) => slug);
  const verified = tenants.length - off.length;
  return { enumerated: tenants.length, verified, ahead: 0, stragglers: off, quarantined: [], unknown: [], tenants };
}

const shipped: ResultDocument = {
  schemaVersion: 1,
  command: "ship",
  outcome: "shipped",
  reason: "2 tenants and 1 tag changed",
  commit: sha,
  gate: { verdict: "open", checks: [{ name: "CI / all (push)", state: "success", url: "" }] },
  fleet: fleetOf([
    { slug: "canary-a", wave: "canary", verdict: "verified", before: sha, after: sha },
    { slug: "amber", wave: "batch-1", verdict: "verified", after: sha },
  ]),
  images: [
    {
      repository: "ghcr.io/acme/platform",
      tags: [{ tag: "latest", action: "moved", before: digest("b"), after: digest("c") }],
    },
  ],
};

test("the road is a chart, and checks, tenants and tags are tables", () => {
  expect(formatSummary(shipped)).toBe(`## lateen ship: shipped

commit \`aaaaaaa\` · 2 tenants and 1 tag changed

\`\`\`mermaid
flowchart LR
  s0["gate: open"] --> s1["canary: 1 of 1"] --> s2["batch-1: 1 of 1"] --> s3["tags: 1 of 1 moved"]
\`\`\`

| check | state |
| --- | --- |
| CI / all (push) | success |

2 tenants: 2 verified, 0 ahead, 0 off target

| tenant | wave | verdict | before | after |
| --- | --- | --- | --- | --- |
| canary-a | canary | verified | aaaaaaa | aaaaaaa |
| amber | batch-1 | verified |  | aaaaaaa |

| tag | action | before | after |
| --- | --- | --- | --- |
| ghcr.io/acme/platform:latest | moved | bbbbbbbbbbbb | cccccccccccc |
`);
});

test("text from outside is one line without markup, and no longer than it may be", () => {
  const text = formatSummary({ ...shipped, reason: `one\n# two\u001b[31m <b>|x| ${"y".repeat(1_000)}` });
  const line = text.split("\n")[2] ?? "";
  expect(line).toContain(String.raw`one \# two \[31m \<b\>\|x\| yyy`);
  expect(line.length).toBeLessThan(400);
  expect(text.split("\n")[3]).toBe("");
});

test("a chart stays a row that can be seen, however many waves there are", () => {
  const tenants = Array.from({ length: 400 }, (_, at) => ({ slug: `t${at}`, wave: `wave-${at}`, verdict: "verified" }));
  const [, chart = ""] = /flowchart LR\n(.*)\n/.exec(formatSummary({ ...shipped, fleet: fleetOf(tenants) })) ?? [];
  expect(chart.split(" --> ")).toHaveLength(1 + 12 + 1 + 1);
  expect(chart).toContain('["388 waves: 388 of 388"]');
});

test("a fleet without a move is one step, and tags that stay are said to stay", () => {
  const text = formatSummary({
    ...shipped,
    fleet: fleetOf([{ slug: "amber", verdict: "verified", after: sha }]),
    images: [{ repository: "ghcr.io/acme/platform", tags: [{ tag: "latest", action: "unchanged" }] }],
  });
  expect(text).toContain('s1["fleet: 1 of 1"] --> s2["tags: 1 unchanged"]');
});

describe("the budget", () => {
  const tenants = Array.from({ length: 30_000 }, (_, at) => ({
    slug: `tenant-with-a-long-name-${at}`,
    wave: `wave-${at % 7}`,
    verdict: at === 29_999 ? "behind" : "verified",
    before: sha,
    after: sha,
  }));
  const huge = { ...shipped, fleet: fleetOf(tenants) };

  test.each([1_000_000, 100_000, 3_000, 900, 40, 0])("of %i bytes holds", (budget) => {
    expect(Buffer.byteLength(formatSummary(huge, budget))).toBeLessThanOrEqual(budget);
  });

  test("leaves out those who are where they should be first, and says how many", () => {
    const text = formatSummary(huge);
    expect(text).toContain("| tenant-with-a-long-name-29999 | wave-4 | behind |");
    expect(text).toContain("25000 more: the result file has them.");
    expect(text).toContain("| ghcr.io/acme/platform:latest | moved |");
    expect(Buffer.byteLength(text)).toBeGreaterThan(300_000);
  });

  test("still has the chart where no table fits", () => {
    const text = formatSummary(huge, 1_000);
    expect(text).toContain("flowchart LR");
    expect(text).not.toContain("| tenant |");
  });
});

test("of checks names what stopped first", () => {
  const check = { step: "wave", source: "s", at: "2026-01-01T00:00:00Z", value: 0.5 } as const;
  const text = formatSummary({
    schemaVersion: 1,
    command: "ship",
    outcome: "halted",
    fleet: {
      enumerated: 0,
      verified: 0,
      ahead: 0,
      stragglers: [],
      quarantined: [],
      unknown: [],
      tenants: [],
      checks: [
        { ...check, name: "login", verdict: "passed", reason: "answered 200" },
        { ...check, name: "errors", slug: "t1", verdict: "failed", reason: "0.5 is not below 0.01" },
      ],
    },
  });
  expect(text.indexOf("| errors | wave | t1 | failed | 0.5 |")).toBeGreaterThan(0);
  expect(text.indexOf("| login |")).toBeGreaterThan(text.indexOf("| errors |"));
});
