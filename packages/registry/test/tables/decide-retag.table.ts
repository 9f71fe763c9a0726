import type { RetagOutcome, TagEnd } from "../../src/retag/decide-retag.ts";

/** Outcome of a retag of several tags. */
export const retagTable: readonly { readonly tags: readonly TagEnd[]; readonly outcome: RetagOutcome; readonly because: string }[] = [
  { tags: [{ action: "unchanged" }], outcome: "unchanged", because: "the tag was right already" },
  { tags: [{ action: "moved" }], outcome: "done", because: "it was written and seen" },
  { tags: [{ action: "created" }, { action: "unchanged" }], outcome: "done", because: "all tags are right" },
  { tags: [{ action: "pending" }], outcome: "partial", because: "it was written, but not seen in time" },
  { tags: [{ action: "foreign" }], outcome: "partial", because: "another writer moved it" },
  { tags: [{ action: "moved" }, { action: "pending" }], outcome: "partial", because: "one of them is not seen yet" },
  { tags: [{ action: "refused", failure: "refused" }], outcome: "refused", because: "the registry said no, and nothing has changed" },
  { tags: [{ action: "refused", failure: "unavailable" }], outcome: "unknown", because: "the registry was ill, and nothing has changed" },
  {
    tags: [
      { action: "refused", failure: "unavailable" },
      { action: "refused", failure: "refused" },
    ],
    outcome: "refused",
    because: "a refusal is worth more than an illness",
  },
  { tags: [{ action: "moved" }, { action: "refused", failure: "refused" }], outcome: "partial", because: "one was written and the other not" },
  { tags: [{ action: "pending" }, { action: "refused", failure: "unavailable" }], outcome: "partial", because: "one was written and the other not" },
  { tags: [{ action: "unchanged" }, { action: "refused", failure: "unavailable" }], outcome: "unknown", because: "nothing was written" },
];
