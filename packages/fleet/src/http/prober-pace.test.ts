import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import { createHostPace } from "./prober-pace.ts";

/** Requests that were let in, and a way to let one of them leave. */
function requestsTo(host: string, pace: ReturnType<typeof createHostPace>) {
  let inside = 0;
  return {
    ask: (count: number) => {
      for (let request = 0; request < count; request++) void pace.enter(host).then(() => (inside += 1));
    },
    inside: () => inside,
    leave: (isWell: boolean) => {
      inside -= 1;
      pace.leave(host);
      if (isWell) pace.ease(host);
    },
  };
}

test("a host that asks for a pause gets none of it, half as much afterwards, and more with each answer", async () => {
  const clock = createFakeClock({ now: 0 });
  const pace = createHostPace(clock);
  const [busy, other] = [requestsTo("a.example.com", pace), requestsTo("b.example.com", pace)];
  busy.ask(8);
  await clock.advance(0);
  expect(busy.inside()).toBe(8);
  busy.leave(false);
  pace.hold("a.example.com", 1_000);
  for (let left = busy.inside(); left > 0; left--) busy.leave(false);
  busy.ask(20);
  other.ask(20);
  await clock.advance(999);
  expect({ busy: busy.inside(), other: other.inside() }).toEqual({ busy: 0, other: 20 });
  await clock.advance(1);
  expect(busy.inside()).toBe(4);
  // About one more for as many answers as are under way together.
  for (let answer = 0; answer < 5; answer++) {
    busy.leave(true);
    await clock.advance(0);
  }
  expect(busy.inside()).toBeGreaterThan(4);
  expect(busy.inside()).toBeLessThan(8);
});

test("requests that were under way together slow a host down once", async () => {
  const clock = createFakeClock({ now: 0 });
  const pace = createHostPace(clock);
  const requests = requestsTo("a", pace);
  requests.ask(8);
  await clock.advance(0);
  for (let request = 0; request < 8; request++) {
    requests.leave(false);
    pace.hold("a", 1_000);
  }
  requests.ask(20);
  await clock.advance(1_000);
  expect(requests.inside()).toBe(4);
});
