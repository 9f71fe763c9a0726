import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { policyDefaults } from "./shown-defaults.ts";
import { configJsonSchema, type JsonSchema, reasonOf } from "./json-schema.ts";
import { keyReasons } from "./key-reasons.table.ts";

const published: unknown = JSON.parse(readFileSync(new URL("../../schema.json", import.meta.url), "utf8"));
const editor = z.fromJSONSchema(published as z.core.JSONSchema.JSONSchema);
const accepts = (text: string): boolean => editor.safeParse(parse(text)).success;

test("the published JSON Schema is that of this version", () => {
  expect(published, "run: bin/lateen config schema > packages/cli/schema.json").toEqual(
    configJsonSchema(policyDefaults()),
  );
});

/** Every key below a schema, each once. */
function keysOf(schema: JsonSchema, path = ""): readonly string[] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema;
  const keys = Object.entries(properties).flatMap(([name, inner]) => {
    const key = path === "" ? name : `${path}.${name}`;
    return [key, ...keysOf(inner, key)];
  });
  const named = typeof additionalProperties === "object" ? keysOf(additionalProperties, `${path}.*`) : [];
  const listed = items === undefined ? [] : keysOf(items, `${path}[]`);
  return [...new Set([...keys, ...named, ...listed, ...[...anyOf, ...oneOf].flatMap((one) => keysOf(one, path))])];
}

test("every key says what it is for, and no sentence is about a key that does not exist", () => {
  const keys = keysOf(configJsonSchema(policyDefaults())).filter((key) => !key.startsWith("environments."));
  expect(keys.length).toBeGreaterThan(150);
  expect(keys.filter((key) => reasonOf(key) === undefined)).toEqual([]);
  expect(keyReasons.map(({ key }) => key).filter((key) => !keys.includes(key))).toEqual([]);
});

describe("an editor with the published JSON Schema", () => {
  test("knows the draft, which is one that every editor knows", () => {
    expect(published).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#" });
  });

  test.each([
    "{}",
    "forge: { branch: main }",
    "forge: { kind: gitea, url: https://git.example.com, repository: acme/core, token: { env: T } }",
    "gate: { workflows: [{ file: e2e.yml }], timeout: 1h30m }",
    "supersession: false",
    "supersession: { paths: [a] }",
    'fleet: { controlPlanes: [{ name: prod, url: https://a.example.com }], buildinfo: "https://{slug}.x", waves: [1, 25%], maxStragglers: 2% }',
    "promote: { targets: { next: { tags: [next] } } }",
    "environments: { staging: { forge: { branch: staging }, fleet: { soak: 5s, verify: { timeout: 1m } }, promote: { targets: { next: { allowUnlabelled: true } } } } }",
  ])("accepts %s", (text) => {
    expect(accepts(text)).toBe(true);
  });

  test.each([
    "relase: {}",
    "forge: { kind: gitlab }",
    "forge: { tokn: { env: T } }",
    "forge: { token: ghp_literal }",
    "gate: { timeout: 60 }",
    "gate: { checks: CI }",
    "fleet: { soak: 5s }",
    "promote: { tags: [latest], targets: { next: {} } }",
    "environments: { staging: { relase: {} } }",
    "environments: { staging: { forge: { tokn: x } } }",
    "environments: { staging: { gate: { timeout: 60 } } }",
    "environments: { staging: { environments: {} } }",
  ])("complains of %s", (text) => {
    expect(accepts(text)).toBe(false);
  });
});
