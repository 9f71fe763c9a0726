/** One row: what a tag names now, what the rules allow, and what happens to the tag. */
export interface DestinationRow {
  /** Reading of the tag: nothing, the candidate's digest, another one, or something unreadable. */
  readonly current: "absent" | "candidate" | "other" | "unreadable";
  /** Revision that the image there states. */
  readonly revision: "stated" | "none" | "several" | "unreadable" | "-";
  /** The candidate's commit, seen from that revision. */
  readonly ancestry: "ahead" | "identical" | "behind" | "diverged" | "no such commit" | "unreadable" | "-";
  readonly rules: "plain" | "allowUnlabelled" | "waive unlabelled" | "waive ancestry" | "rollback";
  readonly action: "keep" | "create" | "move" | "refuse" | "unknown";
  readonly because: string;
}

/** Every case of one tag. One `refuse` refuses the whole promotion, one `unknown` stops it. */
export const destinationTable: readonly DestinationRow[] = [
  { current: "absent", revision: "-", ancestry: "-", rules: "plain", action: "create", because: "there is nothing to go backwards from" },
  { current: "absent", revision: "-", ancestry: "-", rules: "rollback", action: "create", because: "there is nothing to go backwards from" },
  { current: "candidate", revision: "-", ancestry: "-", rules: "plain", action: "keep", because: "nothing is left to do" },
  { current: "candidate", revision: "-", ancestry: "-", rules: "rollback", action: "keep", because: "nothing is left to do" },
  { current: "unreadable", revision: "-", ancestry: "-", rules: "plain", action: "unknown", because: "a failed read is no missing tag" },
  { current: "unreadable", revision: "-", ancestry: "-", rules: "waive ancestry", action: "unknown", because: "integrity is never waived" },
  { current: "unreadable", revision: "-", ancestry: "-", rules: "rollback", action: "unknown", because: "what is left has to be recorded" },
  { current: "other", revision: "stated", ancestry: "ahead", rules: "plain", action: "move", because: "forward" },
  { current: "other", revision: "stated", ancestry: "identical", rules: "plain", action: "move", because: "the same commit, built again" },
  { current: "other", revision: "stated", ancestry: "behind", rules: "plain", action: "refuse", because: "backwards" },
  { current: "other", revision: "stated", ancestry: "diverged", rules: "plain", action: "refuse", because: "another line of history" },
  { current: "other", revision: "stated", ancestry: "no such commit", rules: "plain", action: "refuse", because: "a label that names no commit orders nothing" },
  { current: "other", revision: "stated", ancestry: "unreadable", rules: "plain", action: "unknown", because: "an unread order is no order" },
  { current: "other", revision: "stated", ancestry: "behind", rules: "waive ancestry", action: "move", because: "a person said so, with a reason" },
  { current: "other", revision: "stated", ancestry: "diverged", rules: "waive ancestry", action: "move", because: "a person said so, with a reason" },
  { current: "other", revision: "stated", ancestry: "unreadable", rules: "waive ancestry", action: "move", because: "a person said so, with a reason" },
  { current: "other", revision: "stated", ancestry: "behind", rules: "waive unlabelled", action: "refuse", because: "an override waives what it names and nothing else" },
  { current: "other", revision: "stated", ancestry: "behind", rules: "allowUnlabelled", action: "refuse", because: "the image is labelled" },
  { current: "other", revision: "stated", ancestry: "behind", rules: "rollback", action: "move", because: "a rollback goes back on purpose" },
  { current: "other", revision: "none", ancestry: "-", rules: "plain", action: "refuse", because: "it is not known whether it is older" },
  { current: "other", revision: "none", ancestry: "-", rules: "waive ancestry", action: "refuse", because: "an override waives what it names and nothing else" },
  { current: "other", revision: "none", ancestry: "-", rules: "allowUnlabelled", action: "move", because: "the configuration allows it" },
  { current: "other", revision: "none", ancestry: "-", rules: "waive unlabelled", action: "move", because: "a person said so, with a reason" },
  { current: "other", revision: "none", ancestry: "-", rules: "rollback", action: "move", because: "a rollback goes back on purpose" },
  { current: "other", revision: "several", ancestry: "-", rules: "plain", action: "refuse", because: "its platforms are of different commits, and will be the next time" },
  { current: "other", revision: "several", ancestry: "-", rules: "allowUnlabelled", action: "refuse", because: "the image is labelled" },
  { current: "other", revision: "several", ancestry: "-", rules: "waive ancestry", action: "move", because: "a person said so, with a reason" },
  { current: "other", revision: "several", ancestry: "-", rules: "rollback", action: "move", because: "a rollback goes back on purpose" },
  { current: "other", revision: "unreadable", ancestry: "-", rules: "plain", action: "unknown", because: "an unread label is no missing label" },
  { current: "other", revision: "unreadable", ancestry: "-", rules: "allowUnlabelled", action: "unknown", because: "an unread label is no missing label" },
  { current: "other", revision: "unreadable", ancestry: "-", rules: "waive unlabelled", action: "unknown", because: "an unread label is no missing label" },
];
