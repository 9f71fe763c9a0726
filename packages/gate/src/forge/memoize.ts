/**
 * A place for answers that never change: `ask` is called once for each key, also where several want the answer at the same time. An
 * answer that failed is not kept.
 */
export function askOnce<T>(): (key: string, ask: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return (key, ask) => {
    const known = kept.get(key) ?? ask();
    kept.set(key, known);
    known.catch(() => kept.delete(key));
    return known;
  };
}
