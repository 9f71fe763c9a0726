/** Writes that come while one is under way are written with the next one; an error of `write` is that of its whole group. */
export function groupWrites<T>(write: (group: readonly T[]) => Promise<void>): {
  append(part: T): Promise<void>;
  idle(): Promise<void>;
} {
  let waiting: { readonly part: T; resolve(): void; reject(error: unknown): void }[] = [];
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await write(group.map(({ part }) => part));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    flushing = undefined;
  };
  return {
    append: (part) =>
      new Promise((resolve, reject) => {
        waiting.push({ part, resolve, reject });
        flushing ??= flush();
      }),
    idle: async () => await flushing,
  };
}
