import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import { createIngressPace, type Turn } from "./prober-pace.ts";

/** An ingress, the requests that it lets in, and a way to answer them. */
function ingress() {
  const clock = createFakeClock({ now: 0 });
  const pace = createIngressPace(clock);
  const inside: { readonly host: string; readonly turn: Turn }[] = [];
  const ask = async (...hosts: readonly string[]) => {
    for (const host of hosts) void pace.enter(host).then((turn) => inside.push({ host, turn }));
    await clock.advance(0);
  };
  const answer = async (answered: Parameters<Turn["end"]>[0], count = inside.length) => {
    for (const { turn } of inside.splice(0, count)) turn.end(answered);
    await clock.advance(0);
  };
  return { clock, pace, ask, answer, names: () => inside.map(({ host }) => host) };
}

const many = (count: number, prefix = "t") =>
  Array.from({ length: count }, (_, index) => (prefix === "" ? "a" : `${prefix}${index}`));

test("a host that asks for a pause gets none of it, half as much afterwards, and more with each answer", async () => {
  const { clock, ask, answer, names } = ingress();
  await ask(...many(8, ""));
  expect(names()).toHaveLength(8);
  await answer({ pauseMs: 1_000 }, 1);
  await answer("none");
  await ask(...many(20, ""));
  await clock.advance(999);
  expect(names()).toEqual([]);
  await clock.advance(1);
  expect(names()).toHaveLength(4);
  // About one more for as many answers as are under way together.
  for (let answered = 0; answered < 5; answered++) await answer("well", 1);
  expect(names().length).toBeGreaterThan(4);
  expect(names().length).toBeLessThan(8);
});

test("requests that were under way together slow an ingress down once", async () => {
  const { clock, ask, answer, names } = ingress();
  await ask(...many(8));
  await answer({ pauseMs: 1_000 });
  await ask(...many(20));
  await clock.advance(1_000);
  expect(names()).toHaveLength(4);
});

test("seven hosts that ask wait alone, while the others are asked half as much at a time", async () => {
  const { clock, ask, answer, names } = ingress();
  await ask(...many(12));
  await answer({ pauseMs: 60_000 }, 7);
  await answer("none");
  await ask(...many(12));
  expect(names()).toEqual(["t7", "t8", "t9", "t10", "t11"]);
  await answer("none");
  await clock.advance(60_000);
  expect(names()).toHaveLength(6);
});

test("eight hosts in a row that ask hold all of them, and after the pause one more is enough", async () => {
  const { clock, ask, answer, names } = ingress();
  await ask(...many(8));
  await answer({ pauseMs: 1_000 });
  await ask("other");
  await clock.advance(999);
  expect(names()).toEqual([]);
  await clock.advance(1);
  expect(names()).toEqual(["other"]);
  await answer({ pauseMs: 1_000 });
  await ask("third");
  expect(names()).toEqual([]);
});

test("hosts that ask among others that answer well hold no other", async () => {
  const { ask, answer, names } = ingress();
  for (let number = 0; number < 20; number++) {
    await ask(`sick${number}`);
    await answer({ pauseMs: 60_000 });
    await ask(`well${number}`);
    expect(names()).toEqual([`well${number}`]);
    await answer("well");
  }
});

test("a request that is called off while it waits leaves its place to the next", async () => {
  const { clock, pace, ask, answer, names } = ingress();
  await ask("a");
  await answer({ pauseMs: 1_000 });
  await clock.advance(1_000);
  await ask("b");
  const off = new AbortController();
  const called = pace.enter("c", off.signal).catch((error: unknown) => error);
  await ask("d");
  off.abort();
  await answer("none");
  expect(await called).toMatchObject({ name: "AbortError" });
  expect(names()).toEqual(["d"]);
});
