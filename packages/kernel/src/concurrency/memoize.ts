/** Decides whether an answer is kept; one that is not is asked for again by the next caller. */
export interface MemoizeOptions<T> {
  /** @default every answer is kept */
  readonly keep?: ((value: T) => boolean) | undefined;
}

/**
 * Calls `load` once (per key) and shares its answer, also among callers that ask at the same time. A failure is not kept.
 *
 * The first caller's `signal` is the one that `load` gets. Keys are compared as those of a `Map`.
 */
export function memoize<T>(
  load: (key?: undefined, signal?: AbortSignal) => Promise<T>,
  options?: MemoizeOptions<T>,
): (key?: undefined, signal?: AbortSignal) => Promise<T>;
export function memoize<K, T>(
  load: (key: K, signal?: AbortSignal) => Promise<T>,
  options?: MemoizeOptions<T>,
): (key: K, signal?: AbortSignal) => Promise<T>;
export function memoize<K, T>(
  load: (key: K, signal?: AbortSignal) => Promise<T>,
  { keep = () => true }: MemoizeOptions<T> = {},
): (key: K, signal?: AbortSignal) => Promise<T> {
  const kept = new Map<K, Promise<T>>();
  return (key, signal) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const loading = load(key, signal);
    kept.set(key, loading);
    loading.then(
      (value) => keep(value) || kept.delete(key),
      () => kept.delete(key),
    );
    return loading;
  };
}
