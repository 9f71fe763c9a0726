import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatSummary } from "../src/output/summary.ts";
import type { ResultDocument } from "../src/output/result.ts";
import { runLateen } from "./run-lateen.ts";
import { startWorld, tokens, type World } from "./world.ts";

// Places and texts that are not made for us.

let world: World;
let sha = "";
beforeEach(async () => {
  world = await startWorld({ size: 3 });
  sha = world.commits[1] ?? "";
});
afterEach(() => world.close());

describe("a harsh place", () => {
  test("without HOME, user and locale", async () => {
    const ran = await runLateen(["ship", "--sha", sha, "--json"], {
      cwd: world.folder.path,
      env: { ...tokens, HOME: "", LC_ALL: "C", LANG: "" },
    });
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
  });

  test.skipIf(process.getuid?.() === 0)(
    "a folder for the journal that cannot be written stops before anything moves",
    async () => {
      mkdirSync(join(world.folder.path, ".lateen"));
      chmodSync(join(world.folder.path, ".lateen"), 0o500);
      const ran = await world.lateen(["ship", "--sha", sha, "--json"]);
      expect({ code: ran.code, moves: world.plane.moves() }).toEqual({ code: 4, moves: [] });
    },
  );

  test("a journal that is a file stops before anything moves", async () => {
    world.folder.write(".lateen", "");
    const ran = await world.lateen(["ship", "--sha", sha, "--json"]);
    expect({ code: ran.code, moves: world.plane.moves() }, ran.stderr).toEqual({ code: 4, moves: [] });
  });
});

describe("hostile text", () => {
  test("of a megabyte becomes a line", async () => {
    world.forge.setStatus({
      sha,
      context: "CI / all-required (push)",
      state: "failure",
      description: `::error::${"x\u001b[2J".repeat(200_000)}`,
    });
    const ran = await world.lateen(["gate", "--sha", sha], { env: { GITHUB_ACTIONS: "true" } });
    expect(ran.code).toBe(3);
    for (const line of `${ran.stdout}\n${ran.stderr}`.split("\n")) {
      expect(line.length).toBeLessThan(3000);
      expect(line).not.toContain("\u001b");
    }
  });

  test("in a summary is neither markup nor a chart of its own, and the budget holds", () => {
    const slug = 'a"] --> b["<img src=x>|`x`';
    const tenants = Array.from({ length: 9000 }, (_, index) => ({
      slug: `${slug}${index}`.repeat(5),
      verdict: "verified",
      wave: slug,
    }));
    const document: ResultDocument = {
      schemaVersion: 1,
      command: "ship",
      outcome: "shipped",
      reason: "# title\n| a | b |",
      gate: { verdict: "open", checks: [] },
      fleet: { enumerated: 9000, verified: 9000, ahead: 0, stragglers: [], quarantined: [], unknown: [], tenants },
    };
    const text = formatSummary(document);
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(text).toContain("flowchart LR");
    expect(text).not.toMatch(/[^\\]<img|^# title|^\| a \| b \|/m);
    const small = formatSummary({
      ...document,
      fleet: {
        enumerated: 1,
        verified: 1,
        ahead: 0,
        stragglers: [],
        quarantined: [],
        unknown: [],
        tenants: tenants.slice(0, 1),
      },
    });
    expect(small).toContain("| tenant | wave | verdict | before | after |");
    expect(small).not.toMatch(/[^\\]<img/);
  });
});
