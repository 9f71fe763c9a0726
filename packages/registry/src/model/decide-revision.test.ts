import type { Digest } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideRevision, revisionKey } from "./decide-revision.ts";
import { revisionTable } from "../../test/tables/decide-revision.table.ts";

test.each(revisionTable)("$decision: $because", ({ index, platforms, decision, revision }) => {
  const named = (value: string | undefined): Record<string, string> =>
    value === undefined ? {} : { [revisionKey]: value };
  const images = platforms.map(({ annotation, label }, at) => ({
    digest: `sha256:${String(at).repeat(64)}` as Digest,
    platform: `linux/${at}`,
    annotations: named(annotation),
    labels: named(label),
  }));
  const decided = decideRevision({ annotations: named(index), images });
  expect(decided.kind).toBe(decision);
  expect(decided.kind === "named" ? decided.revision : undefined).toBe(revision);
});
