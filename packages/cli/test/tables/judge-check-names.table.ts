import type { CommitChecks } from "../../src/commands/doctor/judge-check-names.ts";

/** Findings of `doctor` on a required check, by the checks of recent commits. */
export const checkNameRows: readonly {
  readonly when: string;
  readonly wanted: readonly string[];
  readonly commits: readonly CommitChecks[];
  readonly verdicts: readonly string[];
}[] = [
  { when: "no commit has any check", wanted: ["CI / all"], commits: [{ sha: "a", names: [] }], verdicts: ["warning"] },
  { when: "there is no commit", wanted: ["CI / all"], commits: [], verdicts: ["warning"] },
  { when: "nothing is required", wanted: [], commits: [{ sha: "a", names: [] }], verdicts: ["ok"] },
  { when: "the head has it", wanted: ["CI / all"], commits: [{ sha: "a", names: ["CI / all"] }], verdicts: ["ok"] },
  {
    when: "only an older commit has it",
    wanted: ["CI / all"],
    commits: [
      { sha: "b", names: [] },
      { sha: "a", names: ["CI / all"] },
    ],
    verdicts: ["ok"],
  },
  {
    when: "the head alone is known and has others",
    wanted: ["CI / all"],
    commits: [{ sha: "a", names: ["lint"] }],
    verdicts: ["ok", "warning"],
  },
  {
    when: "several commits have others only",
    wanted: ["CI / al"],
    commits: [
      { sha: "b", names: ["CI / all"] },
      { sha: "a", names: ["CI / all"] },
    ],
    verdicts: ["ok", "gap"],
  },
  {
    when: "a pattern fits none",
    wanted: ["build (*)", "lint"],
    commits: [
      { sha: "b", names: ["lint"] },
      { sha: "a", names: ["lint"] },
    ],
    verdicts: ["ok", "gap"],
  },
  {
    when: "a pattern fits one",
    wanted: ["build (*)"],
    commits: [{ sha: "b", names: ["build (18)"] }],
    verdicts: ["ok"],
  },
];
