import { parseRetryAfter } from "@lateen/kernel";

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

const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
};

/** A duration as Go prints it (`1.16676ms`, `1m30s`) in milliseconds. Source: pkg.go.dev/time#ParseDuration. */
export function parseGoDuration(text: string): number | undefined {
  const part = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|h|m|s)/gy;
  let total = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return undefined;
    total += Number(match[1]) * (unitMs[match[2] ?? ""] ?? Number.NaN);
  }
  return text === "" || !Number.isFinite(total) ? undefined : total;
}
