import { join } from "node:path";
import ts from "typescript";
import { writtenMembers } from "./schema-source.ts";
import { codeCell, findDeclaration, markdownOf, root, tableOf } from "./source-text.ts";

interface Field {
  readonly name: string;
  readonly type: string;
}

/** One member of a union that is distinguished by `type`. */
export interface EventShape {
  readonly types: readonly string[];
  readonly about: string;
  readonly fields: readonly Field[];
}

/** Every member of the union `name` of a file. */
export function membersOf(path: string, name: string): readonly EventShape[] {
  const node = findDeclaration(path, name);
  return node !== undefined && ts.isTypeAliasDeclaration(node) ? expand(node.type, path) : [];
}

function expand(type: ts.TypeNode, path: string): readonly EventShape[] {
  if (ts.isParenthesizedTypeNode(type)) return expand(type.type, path);
  // The events of a journal are what their schemas read.
  if (ts.isIndexedAccessTypeNode(type) && ts.isMappedTypeNode(type.objectType))
    return writtenMembers(path, "events").map(({ name, about, fields }) => ({ types: [name], about, fields }));
  if (ts.isUnionTypeNode(type)) {
    const members = [...type.types];
    return members.flatMap((member, at) => {
      const text = member.getSourceFile().text.slice(members[at - 1]?.end ?? type.getFullStart(), member.getStart());
      const about = markdownOf(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//.exec(text)?.[0] ?? "");
      return expand(member, path).map((shape) => (about === "" ? shape : { ...shape, about }));
    });
  }
  if (ts.isIntersectionTypeNode(type)) {
    const parts = type.types.map((part) => ({ shapes: expand(part, path), fields: fieldsOf(part, path) }));
    const shapes = parts.flatMap((part) => part.shapes);
    const more = parts.filter((part) => part.shapes.length === 0).flatMap((part) => part.fields);
    return shapes.map((shape) => ({ ...shape, fields: [...shape.fields, ...more] }));
  }
  if (ts.isTypeReferenceNode(type)) {
    const node = findDeclaration(path, type.typeName.getText());
    if (node === undefined) return [];
    const inner = node.getSourceFile().fileName;
    if (ts.isTypeAliasDeclaration(node)) return expand(node.type, inner);
  }
  const fields = fieldsOf(type, path);
  const named = fields.find((field) => field.name === "type");
  if (named === undefined) return [];
  const types = [...named.type.matchAll(/"([^"]+)"/g)].map(([, text = ""]) => text);
  return [{ types, about: "", fields: fields.filter((field) => field !== named) }];
}

function fieldsOf(type: ts.TypeNode, path: string): readonly Field[] {
  if (ts.isTypeReferenceNode(type)) {
    const node = findDeclaration(path, type.typeName.getText());
    if (node === undefined) return [];
    if (ts.isInterfaceDeclaration(node)) return node.members.flatMap(fieldOf);
    if (ts.isTypeAliasDeclaration(node)) return fieldsOf(node.type, node.getSourceFile().fileName);
    return [];
  }
  return ts.isTypeLiteralNode(type) ? type.members.flatMap(fieldOf) : [];
}

function fieldOf(member: ts.TypeElement): readonly Field[] {
  if (!ts.isPropertySignature(member)) return [];
  const optional = member.questionToken === undefined ? "" : "?";
  const type =
    member.type
      ?.getText()
      .replaceAll(/\s+/g, " ")
      .replace(/ \| undefined$/, "") ?? "unknown";
  return [{ name: `${member.name.getText()}${optional}`, type }];
}

/** Unions of events, each with the page part that it fills. */
export const unions: readonly { readonly title: string; readonly file: string; readonly name: string }[] = [
  { title: "Of the program", file: "cli/src/output/events.ts", name: "CommandEvent" },
  { title: "Of the gate", file: "gate/src/events.ts", name: "GateEvent" },
  { title: "Of registries", file: "registry/src/events.ts", name: "RegistryEvent" },
  { title: "Of the fleet", file: "fleet/src/events.ts", name: "FleetEvent" },
  { title: "Of a promotion", file: "promote/src/events.ts", name: "PromotionEvent" },
];

/** A table of the members of a union. */
export function eventTable(file: string, name: string): string {
  const rows = membersOf(join(root, "packages", file), name).map(({ types, about, fields }) => [
    types.map(codeCell).join(", "),
    fields.map((field) => codeCell(`${field.name}: ${field.type}`)).join("<br>"),
    about,
  ]);
  return tableOf(["`type`", "fields", "about"], rows);
}
