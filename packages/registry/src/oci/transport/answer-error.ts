import { plainText, type ReleaseError } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { decideAnswer } from "./decide-answer.ts";
import { readRetryAfter } from "./retry-after.ts";

/** An unsuccessful answer, with the start of its body. */
export interface FailedAnswer {
  readonly status: number;
  readonly url: string;
  readonly body: string;
  readonly retryAfter: string | undefined;
}

/** The error that an unsuccessful answer means. */
export function answerError(answer: FailedAnswer, now: number): ReleaseError {
  const row = decideAnswer(answer.status, answer.body);
  const host = URL.canParse(answer.url) ? new URL(answer.url).host : "the registry";
  const detail = describeBody(answer.body);
  return registryError(row.code, row.category, {
    message: `${host}: ${row.says} (HTTP ${answer.status}${detail === "" ? "" : `: ${detail}`})`,
    why: answer.url,
    fix: row.fix,
    retryable: row.retryable,
    retryAfterMs: row.retryable ? readRetryAfter(answer.retryAfter, answer.body, now) : undefined,
  });
}

/** Codes and messages of an error document; of anything else only its start, and nothing of a web page. */
function describeBody(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: { code?: unknown; message?: unknown }[] };
    const texts = (Array.isArray(errors) ? errors : [])
      .slice(0, 3)
      .map((entry) => [entry.code, entry.message].filter((part) => typeof part === "string").join(" "));
    if (texts.length > 0) return plainText(texts.join("; "), 200);
  } catch {
    // Not an error document; described below.
  }
  return /^\s*</.test(body) ? "a web page" : plainText(body, 120);
}
