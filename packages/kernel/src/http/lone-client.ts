import { systemClock } from "../time/clock.ts";
import type { AnswerHead } from "./answer-head.ts";
import { createAnswerReader } from "./answer-reader.ts";
import { createLoneBody, type LoneBody } from "./lone-body.ts";
import { type ConnectOptions, createPlainConnect } from "./lone-connect.ts";
import { writeRequest } from "./lone-request.ts";
import type { SendInit } from "./sender.ts";

/** The answer to a request that has a connection of its own, which ends with the body. */
export interface LoneAnswer extends Pick<AnswerHead, "status" | "headers"> {
  readonly body: LoneBody;
}

/** Sends one request on a connection of its own, HTTP/1.1 only; rejects with the error of the connection. */
export type LoneClient = (url: URL, init: Omit<SendInit, "redirect">) => Promise<LoneAnswer>;

/**
 * A client without a pool, over plain sockets or TLS.
 *
 * One request and one answer need none of what a client keeps for an origin: Node's own takes half of the processor time of a sweep
 * (decision 0016).
 */
export async function createLoneClient(protocol: string, options: ConnectOptions): Promise<LoneClient> {
  const { connectTimeoutMs = 10_000 } = options;
  const isSecure = protocol === "https:";
  const begin = isSecure ? (await import("./lone-tls.ts")).createSecureConnect(options) : createPlainConnect(options);
  const connected = isSecure ? "secureConnect" : "connect";
  return (url, init) =>
    new Promise((resolve, reject) => {
      const { signal } = init;
      if (signal.aborted) return reject(signal.reason as Error);
      const request = writeRequest(url, init);
      const socket = begin(url);
      const body = createLoneBody(socket);
      const fail = (error: unknown): void => {
        reject(error as Error);
        body.fail(error);
        socket.destroy();
      };
      const reader = createAnswerReader(init.method, {
        head: ({ status, headers }) => resolve({ status, headers, body }),
        part: (bytes) => body.add(bytes),
        end() {
          body.end();
          socket.destroy();
        },
      });
      const read = (bytes?: Buffer): void => {
        try {
          if (bytes === undefined) reader.close();
          else reader.read(bytes);
        } catch (error) {
          fail(error);
        }
      };
      const callOff = (): void => fail(signal.reason);
      const inTime = systemClock.after?.(connectTimeoutMs, () => fail(noConnection()));
      signal.addEventListener("abort", callOff, { once: true });
      socket
        .on(connected, () => inTime?.())
        .on("data", read)
        .on("end", read)
        .on("error", fail)
        .on("close", () => {
          inTime?.();
          signal.removeEventListener("abort", callOff);
          // Of a connection that was ended without an error, before the answer.
          read();
        });
      socket.write(request, "latin1");
    });
}

function noConnection(): Error {
  return Object.assign(new Error("no connection in time"), { code: "UND_ERR_CONNECT_TIMEOUT" });
}
