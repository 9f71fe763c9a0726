/** Names of days as all three date formats of HTTP begin; the grammar keeps Date.parse from guessing. */
const httpDate = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * The pause that a `Retry-After` header asks for, in milliseconds; undefined if there is none that makes sense.
 *
 * `0` is "now". Anything but whole seconds or an HTTP date is ignored, and so is a date that is not after `nowMs`: clocks differ, and
 * then the caller's own back-off is the better guess. Pass the response's own `Date` as `nowMs` if it has one.
 * Source: RFC 9110 §10.2.3 and §5.6.7.
 */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const at = text.length <= 64 && httpDate.test(text) ? Date.parse(text) : Number.NaN;
  return at > nowMs ? at - nowMs : undefined;
}
