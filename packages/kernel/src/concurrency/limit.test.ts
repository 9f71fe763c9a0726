import { expect, test } from "vitest";
import { createLimit } from "./limit.ts";

/** Works that end when they are let go, and the order in which they began. */
function workshop() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const work = (name: string) => () => {
    begun.push(name);
    ends.set(name, Promise.withResolvers());
    return ends.get(name)!.promise;
  };
  const end = async (name: string) => {
    ends.get(name)!.resolve(name);
    await new Promise(setImmediate);
  };
  return { begun, work, end, fail: (name: string) => ends.get(name)!.reject(new Error(name)) };
}

test("never runs more than its places, and lets the others in by the order in which they came", async () => {
  const { begun, work, end } = workshop();
  const limit = createLimit(2);
  const all = ["a", "b", "c", "d"].map((name) => limit(work(name)));
  await new Promise(setImmediate);
  expect(begun).toEqual(["a", "b"]);
  await end("b");
  expect(begun).toEqual(["a", "b", "c"]);
  await end("a");
  await end("c");
  await end("d");
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
});

test("a failure frees its place", async () => {
  const { begun, work, end, fail } = workshop();
  const limit = createLimit(1);
  const failing = limit(work("a"));
  const next = limit(work("b"));
  await new Promise(setImmediate);
  fail("a");
  await expect(failing).rejects.toThrow("a");
  await new Promise(setImmediate);
  expect(begun).toEqual(["a", "b"]);
  await end("b");
  expect(await next).toBe("b");
});

test("work that is called off while it waits never begins and keeps no place", async () => {
  const { begun, work, end } = workshop();
  const limit = createLimit(1);
  const controller = new AbortController();
  const first = limit(work("a"));
  const second = limit(work("b"), controller.signal);
  const third = limit(work("c"));
  controller.abort();
  await expect(second).rejects.toMatchObject({ code: "INTERRUPTED" });
  await end("a");
  await end("c");
  expect(await Promise.all([first, third])).toEqual(["a", "c"]);
  expect(begun).toEqual(["a", "c"]);
  await expect(limit(work("d"), AbortSignal.abort())).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test("lets work in that came after all before it had begun", async () => {
  const limit = createLimit(1);
  for (const round of [1, 2]) {
    const all = ["a", "b", "c"].map((name) => limit(async () => `${name}${round}`));
    expect(await Promise.all(all)).toEqual([`a${round}`, `b${round}`, `c${round}`]);
  }
});

test("lets the next of 200,000 in without passing those that were let in before", async () => {
  const limit = createLimit(256);
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: 200_000 }, () => limit(async () => undefined)));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(4_000);
});
