import {
  type Ancestry,
  asReleaseError,
  type Clock,
  type CommitSha,
  memoize,
  parseCommitSha,
  type Reading,
  retry,
  unknown,
} from "@lateen/kernel";
import type { FleetHistory } from "../ports/history.ts";

/** Answers how a tenant's commit relates to the target; undefined if there is no history to ask. */
export type AncestryOf = (sha: string, signal?: AbortSignal) => Promise<Reading<Ancestry>> | undefined;

/**
 * Looks commits up in `history`, each of them once: a fleet of thousands runs a handful of commits.
 *
 * An unreadable answer is asked for again the next time.
 */
export function createAncestryOf(history: FleetHistory | undefined, target: CommitSha, clock: Clock): AncestryOf {
  if (history === undefined) return () => undefined;
  const ask = memoize((sha: string, signal) => lookUp(history, target, sha, clock, signal), {
    keep: ({ kind }) => kind !== "unknown",
  });
  return (sha, signal) => (sha.length < 40 && history.resolve === undefined ? undefined : ask(sha, signal));
}

async function lookUp(
  history: FleetHistory,
  target: CommitSha,
  sha: string,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Reading<Ancestry>> {
  const attempt = async (): Promise<Reading<Ancestry>> => {
    const full = await resolve(history, sha, signal);
    const reading = full.kind === "found" ? await history.compare(target, full.value, signal) : full;
    if (reading.kind === "unknown") throw reading.cause;
    return reading;
  };
  try {
    // One commit is looked up once for the whole fleet, so there is no herd that jitter would have to spread.
    return await retry(attempt, clock, signal, { attempts: 2, random: () => 0.5 });
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}

async function resolve(
  history: FleetHistory,
  sha: string,
  signal: AbortSignal | undefined,
): Promise<Reading<CommitSha>> {
  if (sha.length === 40) return { kind: "found", value: parseCommitSha(sha) };
  return (await history.resolve?.(sha, signal)) ?? { kind: "absent", proof: `${sha} is a short id` };
}
