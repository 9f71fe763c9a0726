import ts from "typescript";
import { findDeclaration, markdownOf } from "./source-text.ts";

/** One field of a schema as it is written. */
export interface WrittenField {
  /** With `?` if it may be left out. */
  readonly name: string;
  readonly type: string;
  /** Its comment as Markdown. */
  readonly about: string;
}

/** The fields of a schema, an object or a union of objects, that a file declares as `name`. */
export function writtenFields(path: string, name: string): readonly WrittenField[] {
  return objectsIn(findDeclaration(path, name)).flatMap((object) => fieldsIn(object, path));
}

/** The members of an object of schemas, each with its comment and its fields. */
export function writtenMembers(
  path: string,
  name: string,
): readonly { readonly name: string; readonly about: string; readonly fields: readonly WrittenField[] }[] {
  const [events] = objectsIn(findDeclaration(path, name));
  const properties = [...(events?.properties ?? [])].filter((property) => ts.isPropertyAssignment(property));
  return properties.map((property) => ({
    name: nameOf(property),
    about: aboutOf(property),
    fields: ts.isObjectLiteralExpression(property.initializer)
      ? fieldsIn(property.initializer, path)
      : writtenFields(path, property.initializer.getText()),
  }));
}

/** The outermost object literals of a declaration. */
function objectsIn(node: ts.Node | undefined): readonly ts.ObjectLiteralExpression[] {
  if (node === undefined) return [];
  if (ts.isObjectLiteralExpression(node)) return [node];
  return node.getChildren().flatMap(objectsIn);
}

function fieldsIn(object: ts.ObjectLiteralExpression, path: string): readonly WrittenField[] {
  return object.properties.flatMap((property): readonly WrittenField[] => {
    if (ts.isSpreadAssignment(property)) return writtenFields(path, property.expression.getText());
    const text = ts.isPropertyAssignment(property) ? property.initializer.getText() : property.getText();
    const { type, isOptional } = typeOf(text.replaceAll(/\s+/g, ""));
    return [{ name: `${nameOf(property)}${isOptional ? "?" : ""}`, type, about: aboutOf(property) }];
  });
}

function nameOf(property: ts.ObjectLiteralElementLike): string {
  return (property.name?.getText() ?? "").replaceAll('"', "");
}

function aboutOf(property: ts.Node): string {
  const text = property.getSourceFile().text.slice(property.getFullStart(), property.getStart());
  return markdownOf(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//.exec(text)?.[0] ?? "");
}

/** The type that a reader gets, by the text of the schema without blanks. */
function typeOf(text: string): { readonly type: string; readonly isOptional: boolean } {
  const bare = text.replace(/\.(?:optional|exactOptional|readonly)\(\)$/, "");
  if (bare !== text) return { type: typeOf(bare).type, isOptional: /optional/i.test(text.slice(bare.length)) };
  const unbound = text.replace(/(?:\.(?:min|max)\([\d_]+\))+$/, "");
  const [, item] = /^(?:z\.array\(|upTo\([\d_]+,)(.*)\)$/.exec(unbound) ?? [];
  if (item !== undefined) return { type: `${typeOf(item).type}[]`, isOptional: false };
  const [, inner] = /^z\.object\(\{(.*)\}\)$/.exec(text) ?? [];
  if (inner !== undefined) return { type: `{ ${inner.split(",").map(memberOf).join("; ")} }`, isOptional: false };
  const [, values] = /^z\.(?:enum|literal)\(\[?(.*?)\]?\)$/.exec(text) ?? [];
  if (values !== undefined)
    return {
      type: values
        .split(",")
        .map((value) => value.replace(/^\.{3}(\w+)s$/, "$1"))
        .join(" | "),
      isOptional: false,
    };
  if (/^(?:text|optionalText)\b|^z\.(?:string|iso)/.test(text))
    return { type: "string", isOptional: text === "optionalText" };
  if (/^count$|^z\.(?:int|number)\(/.test(text)) return { type: "number", isOptional: false };
  if (text === "z.boolean()") return { type: "boolean", isOptional: false };
  return { type: text.replace(/^slugs$/, "slug[]").replace(/Schema\b.*$/, ""), isOptional: false };
}

/** One member of an object whose members are plain. */
function memberOf(text: string): string {
  const [name = "", value = name] = text.split(/:(.*)/s);
  const { type, isOptional } = typeOf(value);
  return `${name}${isOptional ? "?" : ""}: ${type}`;
}
