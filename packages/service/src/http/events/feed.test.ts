import { systemClock } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import type { Database } from "../../store/database.ts";
import { createEventFeed } from "./feed.ts";

/** A database whose streams grow as the test says; it counts what it is asked. */
function database() {
  const facts = new Map<string, string[]>();
  const asked: string[][] = [];
  const ended = new Set<string>();
  let isAway = false;
  const query: Database["query"] = async (_, values = []) => {
    if (isAway) throw new Error("Connection terminated");
    const [streams, places] = values as [string[], number[]];
    asked.push(streams);
    const rows = streams.flatMap((stream, at) => {
      const head = { number: at + 1, state: ended.has(stream) ? "ended" : "running" };
      const own = (facts.get(stream) ?? []).map((fact, index) => ({ ...head, position: index + 1, fact }));
      const next: Record<string, unknown>[] = own.filter(({ position }) => position > places[at]!).slice(0, 500);
      return next.length > 0 ? next : [{ ...head, position: null, fact: null }];
    });
    return { rows };
  };
  const add = (stream: string, ...more: string[]) => facts.set(stream, [...(facts.get(stream) ?? []), ...more]);
  return { query, add, asked, end: (stream: string) => ended.add(stream), away: (value: boolean) => (isAway = value) };
}

const feedOf = (source: ReturnType<typeof database>, clock = systemClock, isStopping = () => false) =>
  createEventFeed(source as unknown as Database, clock, isStopping);

test("a hundred followers of two rollouts are one question, and who is at the same place gets the same text", async () => {
  const source = database();
  source.add("one", `{"type":"wave-started","at":1}`);
  source.add("two", `{"at":1,"type":"warned"}`, `{"type":"warned","message":"a\\nb"}`);
  const feed = feedOf(source);
  const pages = await Promise.all(Array.from({ length: 100 }, (_, at) => feed.next(at % 2 === 0 ? "one" : "two", 0)));
  expect(source.asked).toEqual([["one", "two"]]);
  expect(new Set(pages.map(({ text }) => text))).toEqual(
    new Set([
      `id: 1\nevent: wave-started\ndata: {"type":"wave-started","at":1}\n\n`,
      `id: 1\nevent: warned\ndata: {"at":1,"type":"warned"}\n\nid: 2\nevent: warned\ndata: {"type":"warned","message":"a\\nb"}\n\n`,
    ]),
  );
});

test("what is longer than a page comes in pages, and only the last one of an ended rollout is the last", async () => {
  const source = database();
  source.add("one", ...Array.from({ length: 500 }, () => `{"type":"tenant-verified"}`));
  source.end("one");
  const feed = feedOf(source);
  expect(await feed.next("one", 0)).toMatchObject({ position: 500, isLast: false });
  expect(await feed.next("one", 500)).toEqual({ position: 500, text: "", isLast: true, isFull: false });
});

test("a follower waits while the database is away, and goes on where it was", async () => {
  const source = database();
  source.away(true);
  const feed = feedOf(source);
  const next = feed.next("one", 0);
  setTimeout(() => {
    source.add("one", `{"type":"warned"}`);
    source.away(false);
  }, 300);
  expect(await next).toMatchObject({ position: 1 });
});

test("nothing for a quarter of a minute is an empty page, and a service that stops gives one at once", async () => {
  const clock = createFakeClock({ auto: true });
  const began = clock.now();
  expect(await feedOf(database(), clock).next("one", 7)).toEqual({
    position: 7,
    text: "",
    isLast: false,
    isFull: false,
  });
  expect(clock.now() - began).toBe(15_000);
  expect(await feedOf(database(), clock, () => true).next("one", 7)).toMatchObject({ text: "" });
  expect(clock.now() - began).toBe(15_000);
});
