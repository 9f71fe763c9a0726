/** A rule by the name that evidence and `--override` know it by. */
export interface RuleRow {
  readonly rule: string;
  /** Whether a person may waive it; what integrity and existence rest on cannot be waived. */
  readonly waivable: boolean;
  readonly says: string;
}

/** Every rule of the pipeline, in the order in which they are met. */
export const rules: readonly RuleRow[] = [
  { rule: "kill-switch", waivable: true, says: "the kill switch is off, and could be read" },
  { rule: "supersession", waivable: true, says: "no newer commit owns production" },
  { rule: "gate", waivable: true, says: "every required check and workflow is green; one of them alone is waived by its own name" },
  { rule: "candidate", waivable: false, says: "the candidate exists in every registry" },
  { rule: "revision", waivable: false, says: "the candidate says that it was built from this commit" },
  { rule: "branch", waivable: false, says: "the commit is on the branch" },
  { rule: "ancestry", waivable: true, says: "a promoted tag never moves backwards or sideways" },
  { rule: "unlabelled", waivable: true, says: "what a tag names now says which commit it was built from" },
  { rule: "rollback-hold", waivable: true, says: "what was rolled back from is not promoted again" },
  { rule: "write-access", waivable: false, says: "every registry lets the tags be written" },
  { rule: "canary", waivable: true, says: "--only includes the canary" },
  { rule: "coverage", waivable: false, says: "every tenant is accounted for after the last action" },
  { rule: "ledger", waivable: false, says: "the promotion is an entry of the ledger" },
  { rule: "settle", waivable: false, says: "every tag was read back until it was stable" },
];

/** The rules that `--override` accepts. */
export const waivableRules: readonly RuleRow[] = rules.filter(({ waivable }) => waivable);
