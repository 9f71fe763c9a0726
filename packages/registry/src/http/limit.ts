/** Runs work when one of its places is free. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `places` works at once; the others wait in order. */
export function createLimit(places: number): Limit {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
