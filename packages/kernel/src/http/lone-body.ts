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
  return new Body(source);
}

/** A class, since a sweep makes one for each request: its methods are made once. */
class Body implements LoneBody {
  readonly #source: Source;
  readonly #waiting: Uint8Array[] = [];
  #length = 0;
  #isPaused = false;
  #ended: "well" | { readonly error: unknown } | undefined;
  /** Looks again for what a reader waits for. */
  #changed: (() => void) | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  get parts(): AsyncIterable<Uint8Array> {
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => this.#next(),
        return: async () => {
          this.destroy();
          return { value: undefined, done: true };
        },
      }),
    };
  }

  add(part: Uint8Array): void {
    this.#waiting.push(part);
    this.#length += part.byteLength;
    if (this.#changed === undefined) this.#hold();
    else this.#changed();
  }

  end(): void {
    this.#finish("well");
  }

  fail(error: unknown): void {
    this.#finish({ error });
  }

  destroy(): void {
    this.#finish({ error: new Error("the body was dropped") });
    this.#source.destroy();
  }

  readWhole(maxBytes: number): Promise<readonly Uint8Array[] | undefined> {
    return new Promise((resolve, reject) => {
      this.#changed = () => {
        if (this.#length > maxBytes) {
          resolve(undefined);
          this.#changed = undefined;
          this.destroy();
        } else if (this.#ended === "well") resolve(this.#waiting);
        else if (this.#ended !== undefined) reject(this.#ended.error as Error);
        else if (this.#isPaused) this.#goOn();
      };
      this.#changed();
    });
  }

  #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return new Promise((resolve, reject) => {
      this.#changed = () => {
        const part = this.#waiting.shift();
        if (part === undefined && this.#ended === undefined) return;
        this.#changed = undefined;
        if (part !== undefined) {
          this.#length -= part.byteLength;
          this.#hold();
          resolve({ value: part, done: false });
        } else if (this.#ended === "well") resolve({ value: undefined, done: true });
        else reject(this.#ended?.error as Error);
      };
      this.#changed();
    });
  }

  #finish(how: "well" | { readonly error: unknown }): void {
    this.#ended ??= how;
    this.#changed?.();
  }

  #hold(): void {
    const isTooMuch = this.#length > mostWaiting;
    if (this.#isPaused && !isTooMuch) this.#goOn();
    else if (!this.#isPaused && isTooMuch) {
      this.#isPaused = true;
      this.#source.pause();
    }
  }

  #goOn(): void {
    this.#isPaused = false;
    this.#source.resume();
  }
}
