import { type Alias, type Document, isAlias, isCollection, isScalar, visit } from "yaml";

/** Aliases of anchors that do not stand before them: the parser itself misses them only when it puts the values together. */
export function lostAliases(document: Document.Parsed): readonly Alias.Parsed[] {
  const anchors = new Set<string>();
  const lost: Alias.Parsed[] = [];
  visit(document, (_, node) => {
    if (isAlias(node) && !anchors.has(node.source)) lost.push(node as Alias.Parsed);
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.add(node.anchor);
  });
  return lost;
}
