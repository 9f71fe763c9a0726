import { promotionRules } from "@lateen/promote";

/** A rule by the name that evidence and `--override` know it by. */
export interface RuleRow {
  readonly rule: string;
  /** True if a person may waive it; rules of integrity and existence cannot be waived. */
  readonly waivable: boolean;
  readonly says: string;
}

/** Every rule of the pipeline, in the order in which they are met. */
export const rules: readonly RuleRow[] = [
  { rule: "kill-switch", waivable: true, says: "the kill switch is off, and could be read" },
  { rule: "supersession", waivable: true, says: "no newer commit owns production" },
  { rule: "gate", waivable: true, says: "every required check and workflow is green; one of them alone is waived by its own name" },
  ...promotionRules.slice(0, -3),
  { rule: "canary", waivable: true, says: "--only includes the canary" },
  { rule: "freeze", waivable: true, says: "no window of fleet.freeze holds the fleet" },
  { rule: "coverage", waivable: false, says: "every tenant is accounted for after the last action" },
  ...promotionRules.slice(-3),
];

/** The rules that `--override` accepts. */
export const waivableRules: readonly RuleRow[] = rules.filter(({ waivable }) => waivable);
