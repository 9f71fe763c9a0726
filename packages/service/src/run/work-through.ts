import type { Clock } from "@lateen/kernel";

/** Work that is claimed from the database. */
export interface ClaimedWork<T> {
  /** Takes what is due, at most `free` pieces, and nothing that has to wait for what is under way. May throw: what is due stays due. */
  claim(underWay: readonly T[], free: number): Promise<readonly T[]>;
  /** Carries out one piece. If it throws, the piece is due again by itself. */
  carryOut(piece: T): Promise<void>;
  /** Pieces that are carried out at the same time. */
  readonly most: number;
  /** Milliseconds between two looks if nothing is due. */
  readonly lookMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Claims work and carries it out side by side, until the signal. Resolves once all of it is over, and never throws. */
export async function workThrough<T>({ claim, carryOut, most, lookMs, clock, signal }: ClaimedWork<T>): Promise<void> {
  const underWay = new Map<T, Promise<void>>();
  while (!signal.aborted) {
    const free = most - underWay.size;
    const claimed = free <= 0 ? [] : await claim([...underWay.keys()], free).catch(() => []);
    for (const piece of claimed) {
      const over = (): void => void underWay.delete(piece);
      underWay.set(piece, carryOut(piece).then(over, over));
    }
    if (claimed.length === 0) await clock.sleep(lookMs, signal).catch(() => undefined);
  }
  await Promise.all(underWay.values());
}
