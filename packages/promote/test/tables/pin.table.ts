/** One row: what the pin names, and what happens to it. */
export interface PinRow {
  readonly current: "absent" | "candidate" | "other" | "unreadable";
  readonly action: "keep" | "create" | "refuse" | "unknown";
  readonly because: string;
}

/** Every case of a pin, the tag of its own that keeps a promoted digest. */
export const pinTable: readonly PinRow[] = [
  { current: "absent", action: "create", because: "the digest gets a tag of its own" },
  { current: "candidate", action: "keep", because: "the digest has its tag already" },
  { current: "other", action: "refuse", because: "a pin that moves would let go of the release that it keeps" },
  { current: "unreadable", action: "unknown", because: "nothing is written without a look" },
];
