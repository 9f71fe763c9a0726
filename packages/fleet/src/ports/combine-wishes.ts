import type { Wish, Wishes } from "./wishes.ts";

/**
 * Several places of wishes as one: the wish that was left last counts.
 *
 * Clocks of two machines differ, so what is last is what was seen to change last; instants decide only among wishes that are read
 * together. A place that cannot be read keeps what it said.
 */
export function combineWishes(places: readonly Wishes[]): Wishes {
  const seen = new Map<Wishes, unknown>();
  let latest: Wish | undefined;
  const waiting = places.flatMap((place) => (place.changed === undefined ? [] : [place.changed.bind(place)]));
  return {
    async read(signal) {
      const read = await Promise.all(
        places.map(async (place) => ({ place, wish: await place.read(signal).catch(() => undefined) })),
      );
      const changed = read.flatMap(({ place, wish }) => {
        if (wish === undefined || seen.get(place) === keyOf(wish)) return [];
        seen.set(place, keyOf(wish));
        return [wish];
      });
      latest = changed.toSorted((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity)).at(-1) ?? latest;
      return latest;
    },
    ...(waiting.length === 0
      ? {}
      : { changed: (signal: AbortSignal) => Promise.race(waiting.map((wait) => wait(signal))) }),
  };
}

/** A wish without an id is the same one as long as it is the same object. */
function keyOf(wish: Wish): unknown {
  return wish.id ?? wish;
}
