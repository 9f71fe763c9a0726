/** Meaning of the status line of an answer to a redeploy call. */
export type AnswerMeaning =
  /** The body has rows, and `ok` counts. */
  | "rows"
  /** Accepted, done in part, or done without rows: the tenants say how far it got. */
  | "observe"
  /** Nothing happened; the same call may be sent again soon. */
  | "transient"
  /** Nothing happened, and the server asks to wait. */
  | "busy"
  /** It may have had its effect. */
  | "lost"
  /** Turned away; nothing happened. */
  | "refused";

/** The facts of an answer that decide its meaning. */
export interface AnswerFacts {
  readonly status: number;
  /** Time from sending to the whole answer, in milliseconds. */
  readonly tookMs: number;
  readonly hasRetryAfter: boolean;
  /** The body says `busy: true`. */
  readonly saysBusy: boolean;
}

/**
 * Time after which a 502 or 503 may come from work that was under way, in milliseconds.
 *
 * A gateway that cannot reach its upstream says so at once; one whose upstream broke off answers when it broke off.
 */
export const momentMs = 1_000;

/** Decides what the answer to a redeploy call means. Source: RFC 9110 §15, RFC 6585 §4 (429), RFC 4918 §13 (207) and §11.3 (423). */
export function decideAnswer({ status, tookMs, hasRetryAfter, saysBusy }: AnswerFacts): AnswerMeaning {
  if (status > 200 && status < 300) return "observe";
  if (status === 409 || status === 423 || status === 429) return "busy";
  if (saysBusy && (status === 200 || status === 500 || status === 503)) return "busy";
  if (status === 200 || status === 500) return "rows";
  // "See Other" is how a form, or a job that was accepted, is answered: the server may have done what it was asked to.
  if (status === 303) return "lost";
  if (status < 500 || status === 501 || status === 505) return "refused";
  if (status !== 502 && status !== 503) return "lost";
  if (tookMs >= momentMs) return "lost";
  return status === 503 && hasRetryAfter ? "busy" : "transient";
}
