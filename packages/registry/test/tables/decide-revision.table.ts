import type { RevisionDecision } from "../../src/model/decide-revision.ts";

/** Commit of an image: from the index, then from each platform's manifest and config. */
export const revisionTable: readonly {
  readonly index?: string;
  readonly platforms: readonly { readonly annotation?: string; readonly label?: string }[];
  readonly decision: RevisionDecision["kind"];
  readonly revision?: string;
  readonly because: string;
}[] = [
  { index: "x", platforms: [{ label: "x" }], decision: "named", revision: "x", because: "the index says it" },
  { index: "x", platforms: [{ label: "y" }, { label: "z" }], decision: "named", revision: "x", because: "the index is read first" },
  { platforms: [{ annotation: "x", label: "y" }], decision: "named", revision: "x", because: "an annotation is read before a label" },
  { platforms: [{ label: "x" }, { label: "x" }], decision: "named", revision: "x", because: "all platforms agree" },
  { platforms: [{ annotation: "x" }, { label: "x" }], decision: "named", revision: "x", because: "all platforms agree, each in its way" },
  { platforms: [{ label: "x" }, { label: "y" }], decision: "disagree", because: "platforms were built from different commits" },
  { platforms: [{ label: "x" }, {}], decision: "disagree", because: "a platform without a name does not agree" },
  { platforms: [{}, {}], decision: "unnamed", because: "all were read, and none names a commit" },
  { platforms: [{ label: "" }], decision: "unnamed", because: "an empty label is none" },
  { index: "", platforms: [{ label: "x" }], decision: "named", revision: "x", because: "an empty annotation is none" },
  { platforms: [], decision: "no-image", because: "nothing was read that could name a commit" },
];
