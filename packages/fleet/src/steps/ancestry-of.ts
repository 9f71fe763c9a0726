import {
  type Ancestry,
  type CommitSha,
  parseCommitSha,
  type Reading,
  retry,
  unknown,
  asReleaseError,
  type Clock,
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
  const known = new Map<string, Promise<Reading<Ancestry>>>();
  return (sha, signal) => {
    if (history === undefined || (sha.length < 40 && history.resolve === undefined)) return undefined;
    const earlier = known.get(sha);
    if (earlier !== undefined) return earlier;
    const reading = lookUp(history, target, sha, clock, signal).then((answer) => {
      if (answer.kind === "unknown") known.delete(sha);
      return answer;
    });
    known.set(sha, reading);
    return reading;
  };
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
