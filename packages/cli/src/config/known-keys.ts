import { alternatives, configJsonSchema, type JsonSchema } from "./json-schema.ts";

/** The keys that may stand in the mapping at `path`; read from the schema, so that they cannot differ from it. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let here: JsonSchema | undefined = configJsonSchema();
  for (const part of path) here = here === undefined ? undefined : childOf(here, part);
  return alternatives(here).flatMap((schema) => Object.keys(schema.properties ?? {}));
}

function childOf(schema: JsonSchema, part: PropertyKey): JsonSchema | undefined {
  for (const { properties, additionalProperties, items } of alternatives(schema)) {
    const own = properties?.[String(part)];
    if (own !== undefined) return own;
    if (typeof part === "number" && items !== undefined) return items;
    if (typeof additionalProperties === "object") return additionalProperties;
  }
  return undefined;
}
