import { expect, test } from "vitest";
import { createLoneBody } from "./lone-body.ts";

/** A body, and what it did to its socket. */
function start() {
  const calls: string[] = [];
  const body = createLoneBody({
    pause: () => calls.push("pause"),
    resume: () => calls.push("resume"),
    destroy: () => calls.push("destroy"),
  });
  return { body, calls, parts: body.parts[Symbol.asyncIterator]() };
}
const bytes = (length: number, of = "x") => Buffer.alloc(length, of);

test("parts are read in order, those that came before and those that come after", async () => {
  const { body, parts } = start();
  body.add(bytes(1, "a"));
  body.add(bytes(1, "b"));
  expect(String((await parts.next()).value)).toBe("a");
  expect(String((await parts.next()).value)).toBe("b");
  const third = parts.next();
  body.add(bytes(1, "c"));
  expect(String((await third).value)).toBe("c");
  const last = parts.next();
  body.end();
  expect(await last).toEqual({ value: undefined, done: true });
  expect(await parts.next()).toEqual({ value: undefined, done: true });
});

test("a body that breaks off gives what came, then its error, however often it is asked", async () => {
  const { body, parts } = start();
  body.add(bytes(1));
  body.fail(new Error("broken"));
  body.end();
  expect((await parts.next()).done).toBe(false);
  await expect(parts.next()).rejects.toThrow("broken");
  await expect(parts.next()).rejects.toThrow("broken");
});

test("without a reader the socket is held back, and goes on as soon as there is room", async () => {
  const { body, calls, parts } = start();
  for (let added = 0; added < 3; added++) body.add(bytes(40_000));
  expect(calls).toEqual(["pause"]);
  await parts.next();
  expect(calls).toEqual(["pause"]);
  await parts.next();
  expect(calls).toEqual(["pause", "resume"]);
});

test("the whole is read if it is within its bound, held back or not", async () => {
  for (const before of [0, 1, 3]) {
    const { body, calls } = start();
    for (let added = 0; added < before; added++) body.add(bytes(40_000));
    const whole = body.readWhole(160_000);
    for (let added = before; added < 4; added++) body.add(bytes(40_000));
    body.end();
    expect((await whole)?.map((part) => part.byteLength)).toEqual([40_000, 40_000, 40_000, 40_000]);
    expect(calls).toEqual(before === 3 ? ["pause", "resume"] : []);
  }
});

test.each([1, 2])("a whole that exceeds its bound is none, and its connection is ended (part %i)", async (part) => {
  const { body, calls } = start();
  body.add(bytes(part === 1 ? 11 : 10));
  const whole = body.readWhole(10);
  if (part === 2) body.add(bytes(1));
  expect(await whole).toBeUndefined();
  expect(calls).toEqual(["destroy"]);
});

test("a whole that breaks off is never a shorter one", async () => {
  const { body } = start();
  const whole = body.readWhole(10);
  body.add(bytes(5));
  body.fail(new Error("broken"));
  body.end();
  await expect(whole).rejects.toThrow("broken");
  await expect(body.readWhole(10)).rejects.toThrow("broken");
});

test("a reader that leaves ends the connection, and one that waits is let go", async () => {
  const left = start();
  left.body.add(bytes(1));
  for await (const part of left.body.parts) {
    expect(part).toHaveLength(1);
    break;
  }
  expect(left.calls).toEqual(["destroy"]);
  const waiting = start();
  const next = waiting.parts.next();
  waiting.body.destroy();
  await expect(next).rejects.toThrow("dropped");
  expect(waiting.calls).toEqual(["destroy"]);
});
