import { expect, test } from "vitest";
import { combineWishes } from "./combine-wishes.ts";
import type { Wish, Wishes } from "./wishes.ts";

const place = () => {
  let wish: Wish | undefined;
  return {
    read: async () => wish,
    set: (kind: Wish["kind"], more: Partial<Wish> = {}) => (wish = { kind, actor: "ada", ...more }),
  };
};

test("what changed last counts, whatever the clocks of the places say", async () => {
  const [here, there] = [place(), place()];
  const both = combineWishes([here, there]);
  expect(await both.read()).toBeUndefined();
  here.set("pause", { id: "1", at: 9_000 });
  expect(await both.read()).toMatchObject({ id: "1" });
  there.set("continue", { id: "2", at: 10 });
  expect(await both.read()).toMatchObject({ id: "2" });
  expect(await both.read()).toMatchObject({ id: "2" });
  here.set("stop", { id: "3", at: 20 });
  expect(await both.read()).toMatchObject({ id: "3" });
});

test("of wishes that are read together the later one counts; one without an instant is of now", async () => {
  const [here, there] = [place(), place()];
  here.set("pause", { id: "1", at: 20 });
  there.set("stop", { id: "2", at: 10 });
  expect(await combineWishes([here, there]).read()).toMatchObject({ id: "1" });
  there.set("stop");
  expect(await combineWishes([here, there]).read()).toMatchObject({ kind: "stop" });
});

test("a place that cannot be read keeps what it said, and hides no other", async () => {
  const here = place();
  let fails = false;
  const shaky: Wishes = {
    read: async () => (fails ? Promise.reject(new Error("no network")) : { kind: "pause", actor: "bob", id: "1" }),
  };
  const both = combineWishes([here, shaky]);
  expect(await both.read()).toMatchObject({ id: "1" });
  fails = true;
  expect(await both.read()).toMatchObject({ id: "1" });
  here.set("continue", { id: "2" });
  expect(await both.read()).toMatchObject({ id: "2" });
});
