/** One key of a JSON Schema. */
export interface SchemaField {
  /** Path from the root; `*` is any name, `[]` any entry of a list. */
  readonly key: string;
  readonly type: string;
  readonly default: string | undefined;
  readonly about: string;
}

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Every key of a schema, each once, in its order. */
export function fieldsOf(schema: object): readonly SchemaField[] {
  const found = new Map<string, SchemaField>();
  visit(schema as Schema, "", found);
  return [...found.values()];
}

function visit(schema: Schema, path: string, found: Map<string, SchemaField>): void {
  for (const one of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) visit(one, path, found);
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const key = path === "" ? name : `${path}.${name}`;
    const known = found.get(key);
    const type = [...new Set([...(known?.type.split(" or ") ?? []), ...typesOf(inner)])].join(" or ");
    const value = inner.default === undefined ? known?.default : JSON.stringify(inner.default);
    found.set(key, { key, type, default: value, about: inner.description ?? known?.about ?? "" });
    visit(inner, key, found);
  }
  if (typeof schema.additionalProperties === "object") visit(schema.additionalProperties, `${path}.*`, found);
  if (schema.items !== undefined) visit(schema.items, `${path}[]`, found);
}

function typesOf(schema: Schema): readonly string[] {
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (choices.length > 0) return [...new Set(choices.flatMap(typesOf))];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one));
  if (schema.type === "array")
    return [`list of ${schema.items === undefined ? "anything" : typesOf(schema.items).join(" or ")}`];
  return [schema.type ?? "anything"];
}
