import { readFileSync } from "node:fs";

/**
 * Milliseconds for which the main thread of a process was ready to run and was given no processor, since it began; 0 where the system does
 * not say. Source: Linux, Documentation/scheduler/sched-stats.rst, /proc/<pid>/schedstat, second field, in nanoseconds.
 */
export function starvedMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** How long processes were starved between two instants. */
export interface Starvation {
  /** Looks at a process from now on. */
  watch(pid: number): void;
  /** Takes one sample of each. */
  look(): void;
  /** Milliseconds for which `pid` was starved from one instant to another, of `Date.now()`, to the exactness of the samples. */
  between(pid: number, from: number, to: number): number;
}

/** A record that is empty. */
export function createStarvation(): Starvation {
  const samples = new Map<number, { readonly at: number; readonly ms: number }[]>();
  return {
    watch: (pid) => void samples.set(pid, [{ at: Date.now(), ms: starvedMs(pid) }]),
    look() {
      for (const [pid, own] of samples) {
        const ms = starvedMs(pid);
        // That of a process that is gone stays as it was.
        own.push({ at: Date.now(), ms: Math.max(ms, own.at(-1)?.ms ?? 0) });
      }
    },
    between(pid, from, to) {
      const own = samples.get(pid) ?? [];
      const before = own.findLast(({ at }) => at <= from) ?? own[0];
      const after = own.find(({ at }) => at >= to) ?? own.at(-1);
      return (after?.ms ?? 0) - (before?.ms ?? 0);
    },
  };
}
