import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "./source-files.ts";

// The generators of the reference look for the source from here: vitepress starts them in apps/docs.
process.env["LATEEN_ROOT"] = root;

let api: typeof import("../../../apps/docs/reference/api.ts");
let codes: typeof import("../../../apps/docs/reference/error-codes.ts");
let events: typeof import("../../../apps/docs/reference/events.ts");
let pages: typeof import("../../../apps/docs/reference/pages.ts");
beforeAll(async () => {
  api = await import("../../../apps/docs/reference/api.ts");
  codes = await import("../../../apps/docs/reference/error-codes.ts");
  events = await import("../../../apps/docs/reference/events.ts");
  pages = await import("../../../apps/docs/reference/pages.ts");
});

describe("the reference", () => {
  test("asks of ECR exactly what the adapter calls, and what an upload of layers takes", () => {
    const page = readFileSync(join(root, "apps/docs/reference/tokens.md"), "utf8");
    const named = [...page.matchAll(/`ecr:([A-Z]\w+)`/g)].map(([, action = ""]) => action);
    const sources = globSync("packages/registry/src/ecr/*.ts", { cwd: root, exclude: ["**/*.test.ts"] });
    const called = sources.flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/new (?:\w+\.)?([A-Z]\w+)Command\b/g)].map(
        ([, name = ""]) => name,
      ),
    );
    expect(called.length).toBeGreaterThan(4);
    // Layers go over the registry's own protocol. Source: docs.aws.amazon.com, "IAM permissions for pushing an image".
    const layers = ["BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"];
    expect(new Set(named)).toEqual(new Set([...called, ...layers]));
  });

  test("has for every code what happened, why and what to do", () => {
    const all = codes.errorCodes();
    expect(all.length).toBeGreaterThan(200);
    const lacking = all.filter(({ kind, what, why, fix }) => [kind, what, why, fix].includes(""));
    expect(lacking.map(({ code }) => code)).toEqual([]);
    // A message of which only a run knows the words says nothing here.
    const vague = all.filter(({ what, fix }) =>
      [what, fix].some((text) => text.replaceAll(/[^a-z]/gi, "").length < 12),
    );
    expect(vague.map(({ code, what, fix }) => `${code}: ${what} / ${fix}`)).toEqual([]);
    const reasons = all.map(({ why }) => why);
    expect(reasons.filter((why) => reasons.indexOf(why) !== reasons.lastIndexOf(why)).length).toBeLessThanOrEqual(2);
  });

  test("has every code that the source has, and no other", () => {
    const written = [...codes.writtenCodes().keys()].toSorted();
    const listed = codes.errorCodes().map(({ code }) => code);
    expect(listed.toSorted()).toEqual(written);
  });

  test("has the fields of every event, and names each type once", () => {
    for (const { file, name } of events.unions) {
      const types = events.membersOf(join(root, "packages", file), name).flatMap((shape) => shape.types);
      expect(types.length, name).toBeGreaterThan(5);
      expect(new Set(types).size, name).toBe(types.length);
    }
    const entries = events.membersOf(join(root, "packages/fleet/src/engine/journal-entry.ts"), "JournalEntry");
    expect(entries.flatMap((shape) => shape.types)).toContain("tenants-posted");
  });

  test("says of the fields of the result what they are", () => {
    const fields = pages.resultDocumentFields();
    const silent = fields.filter(({ about }) => about === "").map(({ key }) => key);
    // A new field may come a day before its sentence, not a release before it.
    expect(silent.length, silent.join(" ")).toBeLessThanOrEqual(fields.length / 20);
  });

  test("has a page with content for each of its subjects", async () => {
    for (const { page, content } of pages.referencePages) {
      const text = await content();
      expect(text.length, page).toBeGreaterThan(1000);
      expect(text, page).not.toContain("| undefined |");
    }
  });

  test.each(["kernel", "git-log", "gate", "registry", "fleet", "promote", "cli", "service"] as const)(
    "finds every declaration that %s exports",
    (name) => {
      expect(api.documented).toContain(name);
      expect(api.apiPage(name)).not.toContain("```ts\n\n```");
    },
  );
});
