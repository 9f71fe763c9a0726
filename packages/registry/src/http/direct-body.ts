import type { OnReadOpts, Socket } from "node:net";
import { Duplex } from "node:stream";
import { ownPiece } from "./own-pieces.ts";

/** Size of a piece in bytes. Twice as much saves nothing, half as much costs a tenth more (96 MiB, measured November 2026). */
const pieceBytes = 524_288;

/** A piece is handed on when there is less room left: a socket is read by 64 KiB. */
const leastRoom = 65_536;

/** Pieces that may wait to be taken; then the socket is not read. */
const mostWaiting = 2;

/** Opens a socket that reads into buffers of ours. */
export type OpenSocket = (onread: OnReadOpts) => Socket;

/**
 * A connection whose answers are read in two ways: what comes first by the reader of the stream, an HTTP parser; the rest of a long body,
 * whose length is known, past it, in large pieces.
 *
 * A parser copies every 64 KiB into a buffer of their own, and the pieces go through two more streams: 96 MiB took 500 ms of processor time so,
 * and 240 without (measured November 2026, Node 24, with SHA-256 and sending on).
 */
export class DirectConnection extends Duplex {
  readonly #socket: Socket;
  #buffer = Buffer.allocUnsafeSlow(leastRoom);
  #filled = 0;
  /** Bytes of the body that have not arrived; undefined as long as the stream is read. */
  #left: number | undefined;
  readonly #pieces: Uint8Array[] = [];
  #fault: Error | undefined;
  #wake = (): void => undefined;

  constructor(open: OpenSocket) {
    super({ emitClose: true });
    this.#socket = open({ buffer: () => this.#buffer.subarray(this.#filled), callback: (bytes) => this.#take(bytes) });
    this.#socket.once("error", (error) => this.destroy(error));
    this.#socket.once("end", () => (this.#left === undefined ? this.push(null) : this.destroy()));
    this.#socket.once("close", () => this.destroy());
  }

  /**
   * Reads the rest of a body past the stream; the connection is of no further use then.
   *
   * @param first - What the stream has had of it
   * @param left - Bytes that are still to come
   */
  rest(first: Uint8Array, left: number): AsyncIterableIterator<Uint8Array> {
    if (first.byteLength > 0) this.#pieces.push(first);
    this.#left = left;
    // The socket has the small buffer already; the first large one comes after it.
    this.#socket.resume();
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      for (;;) {
        const value = this.#pieces.shift();
        if (this.#pieces.length < mostWaiting) this.#socket.resume();
        if (value !== undefined) return { done: false, value };
        if (this.#left === 0) return { done: true, value: undefined };
        if (this.destroyed) throw this.#fault ?? new Error("the connection was closed before the end of the body");
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    };
    const end = async (): Promise<IteratorReturnResult<undefined>> => {
      this.destroy();
      return await Promise.resolve({ done: true, value: undefined });
    };
    const iterator = { next, return: end, [Symbol.asyncIterator]: () => iterator };
    return iterator;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#fault = error ?? undefined;
    // What has arrived counts: a copy continues from there.
    this.#handOn();
    this.#socket.destroy();
    this.#wake();
    done(error);
  }

  /** Takes bytes that are in the buffer now. @returns whether more are wanted */
  #take(bytes: number): boolean {
    this.#filled += bytes;
    if (this.#left === undefined) {
      const chunk = this.#buffer.subarray(0, this.#filled);
      this.#buffer = Buffer.allocUnsafeSlow(leastRoom);
      this.#filled = 0;
      return this.push(chunk);
    }
    // What follows the body belongs to no answer.
    this.#filled -= Math.max(0, bytes - this.#left);
    this.#left = Math.max(0, this.#left - bytes);
    if (this.#left > 0 && this.#buffer.byteLength - this.#filled >= leastRoom) return true;
    this.#handOn();
    if (this.#left === 0) this.destroy();
    return this.#pieces.length < mostWaiting;
  }

  #handOn(): void {
    if (this.#left === undefined) return;
    if (this.#filled > 0) this.#pieces.push(ownPiece(this.#buffer.subarray(0, this.#filled)));
    this.#filled = 0;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, this.#left + leastRoom));
    this.#wake();
  }
}
