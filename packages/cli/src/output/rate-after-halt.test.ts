import { expect, test } from "vitest";
import { type AnyEvent, describeEvent } from "./events.ts";
import { withoutRateAfterHalt } from "./rate-after-halt.ts";

const finished: AnyEvent = { type: "wave-finished", wave: "batch-4", tenants: 3, healthy: 30, failureBound: 0.1 };
const halted: AnyEvent = { type: "rollout-halted", reason: "t5 failed" };
const resumed: AnyEvent = { type: "rollout-resumed", facts: 7 };

test.each([
  {
    name: "before a halt",
    before: [],
    says: "batch-4 done: 30 healthy so far, so the failure rate is below 10.0 % (95 %)",
  },
  { name: "after a halt", before: [halted], says: "batch-4 done: 30 healthy so far" },
  { name: "after the rollout went on", before: [halted, resumed], says: /below 10\.0 %/ },
])("the failure rate $name", ({ before, says }) => {
  const filter = withoutRateAfterHalt();
  for (const event of before) filter(event);
  expect(describeEvent(filter(finished))?.text).toMatch(says);
  if (typeof says === "string") expect(describeEvent(filter(finished))?.text).toBe(says);
});
