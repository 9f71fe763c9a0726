import { type AnswerRow, answerTable } from "./decide-answer.table.ts";

/** An unsuccessful answer, as far as it decides what it means. */
export interface AnswerFacts {
  readonly status: number;
  /** The start of the body. */
  readonly body: string;
  /** The content that the request was to store, if any. */
  readonly writes?: "manifest" | "blob" | undefined;
  /** True if the registry has accepted the credentials before. @default false */
  readonly identified?: boolean | undefined;
  readonly host?: string | undefined;
}

/** The row of the table that an answer falls under. */
export function decideAnswer(facts: AnswerFacts): AnswerRow {
  // The last row takes every status.
  return answerTable.find((row) => fits(row, facts)) ?? (answerTable.at(-1) as AnswerRow);
}

function fits(row: AnswerRow, { status, body, writes, identified, host }: AnswerFacts): boolean {
  if (row.andAbove === true ? status < row.status : status !== row.status) return false;
  if (row.writes !== undefined && row.writes !== writes) return false;
  if (row.identified === true && identified !== true) return false;
  if (row.host !== undefined && row.host !== host) return false;
  return row.body === undefined || new RegExp(row.body, "i").test(body);
}
