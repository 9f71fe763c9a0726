import { type Document, isScalar, type Scalar, visit } from "yaml";

/** Keys that their mapping has already. The parser itself compares every key with every other: 20,000 of them take it a minute. */
export function repeatedKeys(document: Document.Parsed): readonly Scalar.Parsed[] {
  const repeated: Scalar.Parsed[] = [];
  visit(document, {
    Map(_, { items }) {
      const known = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (known.has(name)) repeated.push(key as Scalar.Parsed);
        known.add(name);
      }
    },
  });
  return repeated;
}
