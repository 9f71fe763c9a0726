import type { RawBody } from "./sent-response.ts";

/** The body of one answer between the socket that fills it and the reader that empties it. */
export interface LoneBody extends RawBody {
  add(part: Uint8Array): void;
  /** The body is complete. Only the first of `end`, `fail` and `destroy` counts. */
  end(): void;
  fail(error: unknown): void;
}

/** The part of a socket that a body holds back, and ends if it is dropped. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** Bytes that wait for a reader before no more are taken from the socket, as much as Node reads at once. */
const mostWaiting = 65_536;

/** A body with one reader. */
export function createLoneBody(source: Source): LoneBody {
  const waiting: Uint8Array[] = [];
  let length = 0;
  let isPaused = false;
  let ended: "well" | { readonly error: unknown } | undefined;
  /** Looks again for what a reader waits for. */
  let changed: (() => void) | undefined;

  const finish = (how: NonNullable<typeof ended>): void => {
    ended ??= how;
    changed?.();
  };
  const hold = (): void => {
    if (isPaused === length > mostWaiting) return;
    isPaused = !isPaused;
    if (isPaused) source.pause();
    else source.resume();
  };
  const destroy = (): void => {
    finish({ error: new Error("the body was dropped") });
    source.destroy();
  };
  const next = (): Promise<IteratorResult<Uint8Array, undefined>> =>
    new Promise((resolve, reject) => {
      changed = () => {
        const part = waiting.shift();
        if (part === undefined && ended === undefined) return;
        changed = undefined;
        if (part !== undefined) {
          length -= part.byteLength;
          hold();
          resolve({ value: part, done: false });
        } else if (ended === "well") resolve({ value: undefined, done: true });
        else reject(ended?.error as Error);
      };
      changed();
    });
  const readWhole = (maxBytes: number): Promise<readonly Uint8Array[] | undefined> =>
    new Promise((resolve, reject) => {
      changed = () => {
        if (length > maxBytes) {
          resolve(undefined);
          changed = undefined;
          destroy();
        } else if (ended === "well") resolve(waiting);
        else if (ended !== undefined) reject(ended.error as Error);
        else if (isPaused) {
          isPaused = false;
          source.resume();
        }
      };
      changed();
    });
  return {
    add(part) {
      waiting.push(part);
      length += part.byteLength;
      if (changed === undefined) hold();
      else changed();
    },
    end: () => finish("well"),
    fail: (error) => finish({ error }),
    destroy,
    readWhole,
    parts: {
      [Symbol.asyncIterator]: () => ({
        next,
        async return() {
          destroy();
          return { value: undefined, done: true };
        },
      }),
    },
  };
}
