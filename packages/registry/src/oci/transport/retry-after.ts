import { parseGoDuration } from "./go-duration.ts";

/**
 * The pause that a registry asks for in milliseconds, or undefined where it asks for none that makes sense.
 *
 * `Retry-After` is whole seconds or a date (RFC 9110 §10.2.3); zero is "now", a negative number and a date in the past are
 * nonsense and nothing is read from them. GHCR sends no header but a Go duration in the body:
 * `toomanyrequests: retry-after: 1.16676ms, allowed: 44000/minute` (chainguard-images#173, gardenlinux#2585).
 */
export function readRetryAfter(header: string | undefined, body: string, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  if (/^\d/.test(text) || text.startsWith("-")) return fromBody(body);
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(date) && date > now) return date - now;
  return fromBody(body);
}

function fromBody(body: string): number | undefined {
  const match = /retry-after:\s*([0-9a-zµμ.]{1,40})/i.exec(body.slice(0, 8192));
  return match?.[1] === undefined ? undefined : parseGoDuration(match[1]);
}
