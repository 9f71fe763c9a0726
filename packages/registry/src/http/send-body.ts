import type { ClientRequest } from "node:http";
import { freePiece } from "./own-pieces.ts";

/** A body that is sent as it is read. */
export type StreamedBody = AsyncIterable<Uint8Array>;

/** Sends a body, one piece after another; no more of it is read once the answer has come. Errors of the body end the request. */
export function sendBody(outgoing: ClientRequest, body: Uint8Array | string | StreamedBody | undefined): void {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) outgoing.end(body);
  else stream(outgoing, body).catch((error: Error) => outgoing.destroy(error));
}

async function stream(outgoing: ClientRequest, body: StreamedBody): Promise<void> {
  let isOver = false;
  let goOn = (): void => undefined;
  const end = (): void => {
    isOver = true;
    goOn();
  };
  // A server that refuses answers before the end, and reads no more.
  outgoing.once("response", (answer) => {
    end();
    answer.once("close", () => (outgoing.writableFinished ? undefined : outgoing.destroy()));
  });
  outgoing.once("close", end).on("drain", () => goOn());
  for await (const piece of body) {
    if (isOver) return;
    const isRoomLeft = outgoing.write(piece, (error) => (error ? undefined : freePiece(piece)));
    if (!isRoomLeft) await new Promise<void>((resolve) => (goOn = resolve));
  }
  if (!isOver) outgoing.end();
}
