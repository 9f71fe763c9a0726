import { type AnswerRow, answerTable } from "./decide-answer.table.ts";

/** The row of the table that an answer falls under. */
export function decideAnswer(status: number, body: string): AnswerRow {
  const row = answerTable.find(
    (candidate) =>
      (candidate.andAbove === true ? status >= candidate.status : status === candidate.status) &&
      (candidate.body === undefined || new RegExp(candidate.body, "i").test(body)),
  );
  // The last row takes every status.
  return row ?? (answerTable.at(-1) as AnswerRow);
}
