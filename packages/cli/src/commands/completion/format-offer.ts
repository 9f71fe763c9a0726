import { plainText } from "@lateen/kernel";
import type { Offer } from "./candidate.ts";

/** Candidates that are handed to the shell: more than that no one reads, and some shells ask before they show it. */
const mostCandidates = 200;

/** Longest value that is offered, and longest explanation, in characters. */
const longest = { value: 300, about: 100 };

/**
 * Candidates that fit behind the typed text, one per line, each with its meaning behind a tab; `:files` alone if files are meant.
 *
 * A value that is not what it looks like (control characters, bidirectional overrides) is left out, not repaired: what is on
 * a command line is run. One that begins with `-` would be taken for an option, one that begins with `:` for the mark above.
 */
export function formatOffer({ candidates, files = false }: Offer, typed: string): string {
  const fitting = new Map<string, string>();
  for (const { value, about } of candidates) {
    if (fitting.size >= mostCandidates) break;
    if (isFit(value, typed) && !fitting.has(value)) fitting.set(value, plainText(about, longest.about));
  }
  if (fitting.size === 0) return files ? ":files\n" : "";
  return [...fitting].map(([value, about]) => `${value}\t${about}\n`).join("");
}

function isFit(value: string, typed: string): boolean {
  const isHarmless = value !== "" && plainText(value, longest.value) === value && !/^:|\s{2}/.test(value);
  return isHarmless && value.startsWith(typed) && (value.startsWith("--") || !value.startsWith("-"));
}
