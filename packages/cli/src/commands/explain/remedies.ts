/** Change that would make a rule decide otherwise, by the rule's name; `verdict` is its verdict now. */
export function remedy(rule: string, verdict: string): string | undefined {
  if (verdict === "unknown" && !aboutReading.has(rule)) return byOutcome[verdict];
  return Object.hasOwn(remedies, rule) ? remedies[rule]?.(verdict) : byOutcome[verdict];
}

/** Rules whose remedy is about what could not be read; of any other it would blame a fact that no one has seen. */
const aboutReading: ReadonlySet<string> = new Set(["ledger", "destination", "unlabelled"]);

const buildAgain = "build the images of this commit";
const goingBackTo = "going back on purpose is lateen rollback";
const goingBack = `give a commit that descends from what is promoted; ${goingBackTo}`;

const remedies: Readonly<Record<string, (verdict: string) => string | undefined>> = {
  "kill-switch": () => "clear the variable where it was read, or --override kill-switch=REASON",
  supersession: (verdict) =>
    verdict === "superseded"
      ? "nothing need be done: the newer commit ships; or --override supersession=REASON"
      : "put the branch right, or give the commit that is on it",
  gate: (verdict) =>
    ["deferred", "defer", "wait"].includes(verdict)
      ? "wait: the next event decides; or lateen gate --wait"
      : "make the check green by running it again, or --override CHECK=REASON",
  release: () => buildAgain,
  candidate: () => buildAgain,
  revision: () => "build the images again, labelled with this very commit",
  branch: () => "give a commit of the release branch, or --override branch=REASON",
  ancestry: () => goingBack,
  unlabelled: () => "--override unlabelled=REASON, once it is known what the tag names",
  "rollback-hold": () => "ship a descendant that repairs it, or --override rollback-hold=REASON",
  destination: () => "make the destination readable, and run again",
  "write-access": () => "let the credentials write the tag; lateen doctor tests it",
  ledger: (verdict) =>
    Object.hasOwn(histories, verdict) ? histories[verdict] : "make the ledger readable and writable, and run again",
  pin: () => "let the credentials write the tag of promote.pin, or set promote.pin: false",
  copy: () => "push the candidate to the repository that lacks it, and run again",
  commit: () => "let the ledger's server take the entry: look at the rules and hooks that protect its ref",
  settle: () => "lateen reconcile repairs tags from the ledger",
  promotion: () => "build or repair what is named; going back on purpose is lateen rollback",
  canary: () => "put the canary right and ship again, or ship what repairs it",
  freeze: () => "wait until the window of fleet.freeze ends, or waive it with --override freeze=REASON",
  coverage: () => "fix what the tenants need, then ship again",
  check: () => "fix what it names, then run the same command again, or waive it with --override NAME=REASON",
  journal: () => "lateen rollout --resume continues it; or fix what it names and ship again",
  fleet: () => "lateen rollout moves the tenants that are off target",
};

/** Sentences for the state of a commit in a ledger, by `explain`. */
const histories: Readonly<Record<string, string | undefined>> = {
  promoted: undefined,
  "never-promoted": undefined,
  replaced: `${goingBackTo} --to SHA --reason TEXT`,
  "rolled-back": "ship a descendant that repairs it, or --override rollback-hold=REASON",
  partial: "the same command again promotes the targets that are left",
};

/** For what no rule says. */
const byOutcome: Readonly<Record<string, string>> = {
  deferred: "wait: the next event decides",
  unknown: "run again once the fact can be read",
  halted: "fix what it names, then run the same command again",
  partial: "lateen reconcile repairs tags from the ledger; a target that is not committed needs the same command again",
};
