import { errorDocument } from "@lateen/cli/pipeline";
import { asReleaseError, ReleaseError } from "@lateen/kernel";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { statuses } from "../errors.ts";
import { databaseUnavailable, isDatabaseError } from "../store/database.ts";

/** The three parts of an error, none of them empty; of a bug only that there was one, since its text may hold anything. */
export function answerError(context: Context, thrown: unknown): Response {
  const error = isDatabaseError(thrown) ? asReleaseError(databaseUnavailable(thrown)) : asReleaseError(thrown);
  const status = Object.hasOwn(statuses, error.code)
    ? statuses[error.code as keyof typeof statuses]
    : byCategory(error.category);
  const { error: parts } = errorDocument("serve", status === 500 ? bug : error);
  return context.json({ schemaVersion: 1, outcome: "error", error: parts }, status as ContentfulStatusCode);
}

const bug = new ReleaseError({
  code: "BUG",
  category: "bug",
  message: "the service made a mistake",
  why: "what happened is in its log only, since the text of a mistake may hold anything",
  fix: "see its log, and report it",
});

function byCategory(category: string): number {
  return { input: 400, auth: 503, unavailable: 503, state: 409, interrupted: 503 }[category] ?? 500;
}
