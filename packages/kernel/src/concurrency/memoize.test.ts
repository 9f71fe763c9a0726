import { expect, test } from "vitest";
import { memoize } from "./memoize.ts";

test("asks once, also when several ask at the same time", async () => {
  let calls = 0;
  const get = memoize(async () => ++calls);
  expect(await Promise.all([get(), get()])).toEqual([1, 1]);
  expect(await get()).toBe(1);
});

test("asks once per key", async () => {
  const asked: string[] = [];
  const get = memoize(async (key: string) => (asked.push(key), key.toUpperCase()));
  expect(await Promise.all([get("a"), get("b"), get("a")])).toEqual(["A", "B", "A"]);
  expect(asked).toEqual(["a", "b"]);
});

test("does not keep a failure, and gives it to everyone who waited for it", async () => {
  let calls = 0;
  const get = memoize(async () => {
    if (++calls === 1) throw new Error("down");
    return calls;
  });
  const both = await Promise.allSettled([get(), get()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await get()).toBe(2);
  expect(calls).toBe(2);
});

test("does not keep an answer that is not worth it", async () => {
  let calls = 0;
  const get = memoize(async () => ++calls, { keep: (value) => value > 1 });
  expect({ first: await get(), second: await get(), third: await get() }).toEqual({ first: 1, second: 2, third: 2 });
});

test("a load that throws at once leaves nothing behind", async () => {
  let calls = 0;
  const get = memoize((key: string): Promise<string> => {
    if (++calls === 1) throw new TypeError(key);
    return Promise.resolve(key);
  });
  expect(() => get("a")).toThrow(TypeError);
  expect(await get("a")).toBe("a");
});

test("hands the first caller's signal on", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const get = memoize(async (key: string, signal?: AbortSignal) => (signals.push(signal), key));
  const { signal } = new AbortController();
  await Promise.all([get("a", signal), get("a")]);
  expect(signals).toEqual([signal]);
});
