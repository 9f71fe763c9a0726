import { expect, test } from "vitest";
import { freePiece, ownPiece } from "./own-pieces.ts";

test("a piece that is marked is freed, once", () => {
  const buffer = Buffer.allocUnsafeSlow(100);
  const piece = ownPiece(buffer.subarray(0, 60));
  freePiece(piece);
  freePiece(piece);
  expect([piece.byteLength, buffer.byteLength, buffer.buffer.byteLength]).toEqual([0, 0, 0]);
});

test("bytes that are not marked stay", () => {
  const bytes = Buffer.from("someone else's");
  freePiece(bytes);
  expect(bytes.toString()).toBe("someone else's");
});
