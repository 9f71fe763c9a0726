import type { Defaults } from "./shown-defaults.ts";
import { z } from "zod";
import { commonKeyReasons, keyReasons } from "./key-reasons.table.ts";
import { sections } from "./schema.ts";

/** A schema as far as it is looked into here. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/**
 * JSON Schema of the configuration file, for editors; in draft 7, which all of them know.
 *
 * `defaults` are those of the stages (`policyDefaults`), which the schema leaves open. It asks for no more than a file must hold: what a job fills in of `forge`, and in an overlay everything, may be left out.
 */
export function configJsonSchema(defaults: Defaults = {}): JsonSchema {
  const shape = Object.fromEntries(Object.entries(sections).map(([name, section]) => [name, section()]));
  const schema = z.toJSONSchema(z.strictObject(shape), { io: "input", target: "draft-7" }) as JsonSchema;
  const { $schema, environments, forge, ...others } = schema.properties ?? {};
  const own =
    withReasons(
      {
        properties: withDefaults(
          { ...(forge === undefined ? {} : { forge: undemanding(forge) }), ...others },
          defaults,
        ),
      },
      "",
    ).properties ?? {};
  const overlay = { type: "object", properties: withoutDemands(own), additionalProperties: false } as const;
  const overlays = { ...environments, description: reasonOf("environments"), additionalProperties: overlay };
  const properties = { ...($schema === undefined ? {} : { $schema }), ...own, environments: overlays };
  return Object.assign({}, schema, { title: "lateen.yaml", properties });
}

/** The properties with the defaults of the stages, which the schema itself leaves open. */
function withDefaults(
  properties: Readonly<Record<string, JsonSchema>>,
  defaults: Defaults,
): Record<string, JsonSchema> {
  const result = structuredClone(properties) as Record<string, JsonSchema>;
  for (const [key, value] of Object.entries(defaults)) {
    let here: JsonSchema | undefined = { properties: result };
    for (const part of key.split("."))
      here = alternatives(here).find((one) => one.properties?.[part])?.properties?.[part];
    if (here !== undefined) Object.assign(here, { default: value });
  }
  return result;
}

/** The schema with what each key is for, which editors show. */
function withReasons(schema: JsonSchema, path: string): JsonSchema {
  const { properties, additionalProperties, items, anyOf, oneOf } = schema;
  const named = (name: string, inner: JsonSchema): JsonSchema => {
    const key = path === "" ? name : `${path}.${name}`;
    const description = reasonOf(key);
    return withReasons(description === undefined ? inner : { ...inner, description }, key);
  };
  const all = (schemas: readonly JsonSchema[]): readonly JsonSchema[] => schemas.map((one) => withReasons(one, path));
  return {
    ...schema,
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, named(name, one)])) }),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: withReasons(additionalProperties, `${path}.*`) }
      : {}),
    ...(items === undefined ? {} : { items: withReasons(items, `${path}[]`) }),
    ...(anyOf === undefined ? {} : { anyOf: all(anyOf) }),
    ...(oneOf === undefined ? {} : { oneOf: all(oneOf) }),
  };
}

/** Purpose of a key; undefined for one without a row, which a test finds. */
export function reasonOf(key: string): string | undefined {
  const own = keyReasons.find((row) => row.key === key) ?? commonKeyReasons.find((row) => key.endsWith(`.${row.key}`));
  return own?.says;
}

/** A schema's alternatives, or itself. */
export function alternatives(schema: JsonSchema | undefined): readonly JsonSchema[] {
  return schema === undefined ? [] : (schema.anyOf ?? schema.oneOf ?? [schema]);
}

function undemanding(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "required"));
}

/** The same properties, of which any may be missing at any depth; entries of lists are whole ones. */
function withoutDemands(properties: Readonly<Record<string, JsonSchema>>): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, withoutDemand(schema)]));
}

function withoutDemand(schema: JsonSchema): JsonSchema {
  const { properties, additionalProperties, anyOf } = schema;
  return {
    ...undemanding(schema),
    ...(properties === undefined ? {} : { properties: withoutDemands(properties) }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: withoutDemand(additionalProperties) } : {}),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(withoutDemand) }),
  };
}

/** Made once: a file may have an unknown key in each of its sections. */
let whole: JsonSchema | undefined;

/** The keys that may stand in the mapping at `path`; read from the schema, so that they cannot differ from it. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let here: JsonSchema | undefined = (whole ??= configJsonSchema());
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
