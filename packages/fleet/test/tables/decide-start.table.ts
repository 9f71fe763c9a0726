/** One row: what the journal holds, what is asked for, and what is done. */
export interface StartRow {
  readonly journal: "nothing" | "unfinished" | "not planned yet" | "shipped" | "unchanged" | "halted" | "abandoned";
  readonly commit: "the same" | "another" | "-";
  /** Purpose of the journal's rollout. */
  readonly holds: "release" | "rollback" | "unsaid" | "-";
  readonly asked: "release" | "rollback" | "unsaid";
  readonly resume: boolean;
  readonly then: "start" | "resume" | "verify" | "refuse";
  readonly because: string;
}

/** Start of a rollout. */
export const startRows: readonly StartRow[] = [
  { journal: "nothing", commit: "-", holds: "-", asked: "release", resume: false, then: "start", because: "nothing blocks it" },
  { journal: "nothing", commit: "-", holds: "-", asked: "unsaid", resume: true, then: "refuse", because: "there is nothing to resume" },
  { journal: "unfinished", commit: "the same", holds: "release", asked: "release", resume: false, then: "resume", because: "the same release is continued by itself" },
  {
    journal: "unfinished",
    commit: "the same",
    holds: "unsaid",
    asked: "release",
    resume: false,
    then: "resume",
    because: "journals of earlier versions do not record their purpose",
  },
  { journal: "unfinished", commit: "the same", holds: "release", asked: "unsaid", resume: true, then: "resume", because: "what it is for stays as it was" },
  { journal: "unfinished", commit: "the same", holds: "rollback", asked: "rollback", resume: false, then: "resume", because: "the same rollback is continued by itself" },
  { journal: "unfinished", commit: "the same", holds: "rollback", asked: "unsaid", resume: true, then: "resume", because: "what it is for stays as it was" },
  { journal: "unfinished", commit: "the same", holds: "rollback", asked: "release", resume: false, then: "refuse", because: "a release would give way where a rollback must not" },
  { journal: "unfinished", commit: "the same", holds: "release", asked: "rollback", resume: false, then: "resume", because: "the stricter rules win" },
  { journal: "unfinished", commit: "the same", holds: "unsaid", asked: "rollback", resume: false, then: "resume", because: "the stricter rules win" },
  { journal: "unfinished", commit: "another", holds: "release", asked: "release", resume: false, then: "refuse", because: "two releases would mix the fleet" },
  {
    journal: "unfinished",
    commit: "another",
    holds: "release",
    asked: "rollback",
    resume: false,
    then: "refuse",
    because: "a person gives the release up first, and sees what it did",
  },
  {
    journal: "unfinished",
    commit: "another",
    holds: "rollback",
    asked: "release",
    resume: false,
    then: "refuse",
    because: "an unfinished rollback is completed, or abandoned by a person",
  },
  { journal: "unfinished", commit: "another", holds: "rollback", asked: "rollback", resume: false, then: "refuse", because: "two rollbacks would mix the fleet" },
  { journal: "unfinished", commit: "another", holds: "unsaid", asked: "release", resume: false, then: "refuse", because: "two releases would mix the fleet" },
  { journal: "not planned yet", commit: "the same", holds: "release", asked: "release", resume: false, then: "start", because: "nothing was moved, so it is planned again" },
  { journal: "not planned yet", commit: "the same", holds: "rollback", asked: "release", resume: false, then: "refuse", because: "a rollback has begun" },
  { journal: "not planned yet", commit: "another", holds: "release", asked: "release", resume: false, then: "refuse", because: "a rollout has begun" },
  { journal: "shipped", commit: "the same", holds: "release", asked: "unsaid", resume: true, then: "verify", because: "it is done: tenants are only asked" },
  { journal: "unchanged", commit: "the same", holds: "rollback", asked: "rollback", resume: true, then: "verify", because: "it is done: tenants are only asked" },
  { journal: "shipped", commit: "the same", holds: "release", asked: "release", resume: false, then: "start", because: "the fleet is looked at again" },
  {
    journal: "shipped",
    commit: "another",
    holds: "rollback",
    asked: "release",
    resume: false,
    then: "start",
    because: "an ended rollback blocks nothing; the ledger's hold does",
  },
  {
    journal: "halted",
    commit: "the same",
    holds: "release",
    asked: "unsaid",
    resume: true,
    then: "start",
    because: "a halted rollout is over: the next try is planned from the beginning",
  },
  { journal: "halted", commit: "another", holds: "release", asked: "rollback", resume: false, then: "start", because: "a halted rollout blocks nothing" },
  { journal: "abandoned", commit: "the same", holds: "release", asked: "unsaid", resume: true, then: "refuse", because: "a person has abandoned it: it is not continued" },
  { journal: "abandoned", commit: "the same", holds: "release", asked: "release", resume: false, then: "start", because: "who names the commit again means it" },
  { journal: "abandoned", commit: "another", holds: "rollback", asked: "release", resume: false, then: "start", because: "a person has abandoned it" },
];
