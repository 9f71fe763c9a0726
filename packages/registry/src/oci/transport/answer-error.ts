import { describeBody, plainText, type ReleaseError } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { decideAnswer } from "./decide-answer.ts";
import { readRetryAfter } from "./read-retry-after.ts";

/** An unsuccessful answer, with the start of its body. */
export interface FailedAnswer {
  readonly status: number;
  readonly url: string;
  readonly body: string;
  readonly contentType?: string | undefined;
  readonly retryAfter: string | undefined;
  /** The content that the request was to store, if any. */
  readonly writes?: "manifest" | "blob" | undefined;
  /** True if the registry has accepted the credentials before. @default false */
  readonly identified?: boolean | undefined;
  /** The repository that the request was about, and what it was to do there. */
  readonly repository?: string | undefined;
  readonly action?: "pull" | "pull,push" | undefined;
}

/** The error that an unsuccessful answer means. */
export function answerError(answer: FailedAnswer, now: number): ReleaseError {
  const host = URL.canParse(answer.url) ? new URL(answer.url).host : "the registry";
  const row = decideAnswer({ ...answer, host });
  const says = row.says
    .replace("{action}", answer.action === "pull,push" ? "push to" : "pull from")
    .replace("{repository}", answer.repository ?? "the repository");
  const { body, contentType } = answer;
  const detail = body === "" ? "" : (describeDocument(body) ?? describeBody(body, contentType));
  return registryError(row.code, row.category, {
    message: `${host}: ${says} (HTTP ${answer.status}${detail === "" ? "" : `: ${detail}`})`,
    why: answer.url,
    fix: row.fix,
    retryable: row.retryable,
    retryAfterMs: row.retryable ? readRetryAfter(answer.retryAfter, answer.body, now) : undefined,
  });
}

/** Codes, messages and details of an error document. Sources: OCI distribution-spec, "Error Codes"; distribution, docs/spec/auth/oauth.md; Harbor's and Quay's token services. */
function describeDocument(body: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof json !== "object" || json === null) return undefined;
  const { errors, error, error_description: description, message, details } = json as Record<string, unknown>;
  const listed = (Array.isArray(errors) ? errors : []).slice(0, 3).map((entry: unknown) => describeEntry(entry));
  const own = [error, description, message, details].filter((part) => typeof part === "string");
  const text = [...listed, own.join(" ")].filter((part) => part !== "").join("; ");
  return text === "" ? undefined : plainText(text, 300);
}

function describeEntry(entry: unknown): string {
  if (typeof entry !== "object" || entry === null) return "";
  const { code, message, detail } = entry as Record<string, unknown>;
  const more = detail === null || detail === undefined || detail === message ? undefined : detail;
  const parts = [code, message, typeof more === "object" ? JSON.stringify(more) : more];
  return parts.filter((part) => typeof part === "string" && part !== "" && part !== "{}").join(" ");
}
