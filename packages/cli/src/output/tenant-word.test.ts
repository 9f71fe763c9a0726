import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../test/run-lateen.ts";
import { tenantWord } from "./tenant-word.ts";
import { tenantWords } from "./tenant-words.table.ts";

const verdicts = ["verified", "ahead", "quarantined", "pinned", "unreachable", "unknown", "mixed"] as const;

describe("the word for a tenant", () => {
  test.each(verdicts)("%s stays what it is", (verdict) => {
    for (const isRollout of [true, false]) expect(tenantWord({ verdict, wave: undefined }, isRollout)).toBe(verdict);
  });

  test.each(["behind", "diverged", "straggler"] as const)("%s is failed, or not started", (verdict) => {
    expect(tenantWord({ verdict, wave: "canary" }, true)).toBe("failed");
    expect(tenantWord({ verdict, wave: undefined }, true)).toBe("not started");
    expect(tenantWord({ verdict, wave: undefined }, false)).toBe("failed");
  });

  test("every word is in the glossary, with its meaning", () => {
    const glossary = readFileSync(join(root, "apps/docs/glossary.md"), "utf8").replaceAll(/ +\|/g, " |");
    for (const { word, meaning } of tenantWords) expect(glossary).toContain(`| **${word}** | ${meaning} |`);
  });
});
