/** Steps of matching that one decision may still take; shared by all its patterns and files. */
export interface StepBudget {
  left: number;
}

/** Thrown by a matcher whose {@link StepBudget} is used up. */
export class TooMuchToMatch extends Error {}

/**
 * A budget for one decision: about a second of matching (measured 2026-11: 12 million steps a second on a busy machine).
 *
 * A thousand patterns and three thousand files of ordinary length take some 10 million; what takes more was made to.
 */
export function createStepBudget(): StepBudget {
  return { left: 15_000_000 };
}

/** Takes steps from the budget. @throws TooMuchToMatch */
export function spend(budget: StepBudget | undefined, steps: number): void {
  if (budget === undefined) return;
  budget.left -= steps;
  if (budget.left < 0) throw new TooMuchToMatch();
}
