/** Recent durations, in milliseconds. */
export interface Span {
  readonly medianMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Number of known durations. */
  readonly of: number;
}

/** Median and range of `times`; undefined without any. */
export function spanOf(times: readonly number[]): Span | undefined {
  const sorted = times.filter((ms) => Number.isFinite(ms) && ms >= 0).toSorted((one, other) => one - other);
  const [first] = sorted;
  const last = sorted.at(-1);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  if (first === undefined || last === undefined || low === undefined || high === undefined) return undefined;
  return { medianMs: (low + high) / 2, fromMs: first, toMs: last, of: sorted.length };
}
