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
