import { type Clock, interrupted } from "@lateen/kernel";

interface Sleeper {
  readonly at: number;
  readonly order: number;
  wake: (() => void) | undefined;
}

/**
 * A clock that jumps to the next sleeper as soon as nothing else is left to run; everything that waits has to wait on it.
 *
 * Sleepers stand in a heap and those of one instant wake together, so that a hundred thousand of them stay cheap.
 */
export function createVirtualClock(start: number = Date.UTC(2026, 0, 1)): Clock & { readonly jumps: number } {
  const heap: Sleeper[] = [];
  let now = start;
  let order = 0;
  let jumps = 0;
  let jumping = false;

  async function jump(): Promise<void> {
    if (jumping) return;
    jumping = true;
    for (await idle(); heap.length > 0; await idle()) {
      const first = heap[0];
      if (first === undefined) break;
      now = Math.max(now, first.at);
      jumps += 1;
      while (heap[0] !== undefined && heap[0].at <= now) pop(heap)?.wake?.();
    }
    jumping = false;
  }

  return {
    now: () => now,
    get jumps() {
      return jumps;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(interrupted(signal));
        const sleeper: Sleeper = { at: now + Math.max(0, ms), order: order++, wake: undefined };
        const cancel = () => {
          sleeper.wake = undefined;
          reject(interrupted(signal));
        };
        sleeper.wake = () => {
          signal?.removeEventListener("abort", cancel);
          resolve();
        };
        signal?.addEventListener("abort", cancel, { once: true });
        push(heap, sleeper);
        void jump();
      }),
  };
}

/** One turn of the event loop: every promise that could continue has continued. */
async function idle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function before(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Sleeper[], sleeper: Sleeper): void {
  let index = heap.push(sleeper) - 1;
  for (let up = (index - 1) >> 1; index > 0; index = up, up = (index - 1) >> 1) {
    const parent = heap[up];
    if (parent === undefined || before(parent, sleeper)) break;
    heap[index] = parent;
    heap[up] = sleeper;
  }
}

function pop(heap: Sleeper[]): Sleeper | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  heap[0] = last;
  for (let index = 0; ;) {
    const left = 2 * index + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    if (a === undefined) return first;
    const [child, at] = b !== undefined && before(b, a) ? [b, left + 1] : [a, left];
    if (before(last, child)) return first;
    heap[index] = child;
    heap[at] = last;
    index = at;
  }
}
