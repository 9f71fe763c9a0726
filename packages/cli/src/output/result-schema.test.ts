import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readDocument } from "./read-result.ts";
import { resultJsonSchema, resultSchema } from "./result-schema.ts";

test("the published JSON Schema of the result is that of this version", () => {
  const published: unknown = JSON.parse(readFileSync(new URL("../../result-schema.json", import.meta.url), "utf8"));
  expect(published, "run: bin/lateen config result-schema > packages/cli/result-schema.json").toEqual(
    resultJsonSchema(),
  );
});

test("it names every field of the contract", () => {
  const contract =
    "schemaVersion command outcome reason commit supersededBy images gate fleet ledger evidence code next startedAt finishedAt actor run lateen config error targets";
  expect(Object.keys(resultSchema.shape)).toEqual(expect.arrayContaining(contract.split(" ")));
});

test("a reader keeps what has the form of the schema, element by element, and gives up only without an outcome", () => {
  const evidence = { rule: "gate", verdict: "open", fact: "green", source: "a", at: "now" };
  const edited = {
    outcome: "halted",
    reason: 7,
    images: "none",
    evidence: [evidence, { rule: 5 }, "text", { ...evidence, at: undefined }, { ...evidence, rule: "branch" }],
    fleet: { enumerated: "many" },
    targets: [{ name: "default", state: "shipped", committed: true, tags: ["latest", 4] }],
    added: "by a newer version",
  };
  expect(readDocument(edited)).toEqual({
    schemaVersion: 1,
    command: "?",
    outcome: "halted",
    images: [],
    explanation: [],
    evidence: [evidence, { ...evidence, at: "" }, { ...evidence, rule: "branch" }],
    targets: [{ name: "default", state: "shipped", committed: true, tags: ["latest"] }],
  });
  for (const value of [undefined, null, 7, "x", [], {}, { outcome: 5 }]) expect(readDocument(value)).toBeUndefined();
});
