import { parseRetryAfter } from "@lateen/kernel";
import { parseGoDuration } from "./go-duration.ts";

/**
 * The pause that a registry asks for in milliseconds, or undefined if it asks for none that makes sense: the `Retry-After` header, or the
 * body, since GHCR sends no header but a Go duration:
 * `toomanyrequests: retry-after: 1.16676ms, allowed: 44000/minute` (chainguard-images#173, gardenlinux#2585).
 */
export function readRetryAfter(header: string | undefined, body: string, now: number): number | undefined {
  return parseRetryAfter(header, now) ?? fromBody(body);
}

function fromBody(body: string): number | undefined {
  const match = /retry-after:\s*([0-9a-zµμ.]{1,40})/i.exec(body.slice(0, 8192));
  return match?.[1] === undefined ? undefined : parseGoDuration(match[1]);
}
