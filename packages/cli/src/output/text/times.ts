import { formatDuration } from "@lateen/kernel";

/** An instant without its milliseconds. */
export function toSeconds(at: string): string {
  return at.replace(/\.\d+Z$/, "Z");
}

/** Whole seconds: no one waits for milliseconds. */
export function inSeconds(ms: number): string {
  return formatDuration(Math.max(0, Math.ceil(ms / 1000) * 1000));
}

/** Whole seconds, and from ten minutes on whole minutes: an estimate is not more exact than that. */
export function rounded(ms: number): string {
  const step = ms >= 600_000 ? 60_000 : 1_000;
  return formatDuration(Math.max(1, Math.round(ms / step)) * step);
}

/** Only the two largest units: no one needs the milliseconds of a day. */
export function age(ms: number): string {
  return (formatDuration(Math.max(1, Math.round(ms / 1000)) * 1000).match(/\d+[a-z]+/g) ?? []).slice(0, 2).join("");
}
