import { createFakeClock } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import { candidate, causeOf, closeEcrs, startEcrTestWorld } from "../testing/ecr-test-world.ts";

afterEach(closeEcrs);

describe("several readers of one request", () => {
  test("one that gives up does not take the others along, in whatever order they came", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    for (const quitter of [0, 1]) {
      const controllers = [new AbortController(), new AbortController()];
      // The one that gives up does so while the answer is on its way.
      const change = (output: object) => (controllers[quitter]?.abort(new Error("enough")), output);
      ecr.misbehave({ operation: "BatchGetImage", times: 1, fault: { kind: "output", change } });
      const readings = controllers.map(({ signal }) => registries.resolve(refOf(candidate), signal));
      const [gone, stays] = await Promise.all([readings[quitter], readings[1 - quitter]]);
      expect(stays?.kind).toBe("found");
      expect(gone === undefined ? "" : causeOf(gone)?.category).toBe("interrupted");
    }
  });

  test("a caller whose signal is aborted before the request is answered at once", async () => {
    const { registries, refOf } = await startEcrTestWorld();
    const [first, second] = await Promise.all([
      registries.resolve(refOf(candidate), AbortSignal.abort(new Error("enough"))),
      registries.resolve(refOf(candidate)),
    ]);
    expect(causeOf(first)?.category).toBe("interrupted");
    expect(second.kind).toBe("found");
  });

  test("when all give up, the request ends as well", async () => {
    const { ecr, open, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "exception", name: "ThrottlingException" } });
    const controller = new AbortController();
    const clock = createFakeClock();
    const registries = open({ clock });
    const readings = ["a", "b"].map((tag) => registries.resolve(refOf(tag), controller.signal));
    while (ecr.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("enough"));
    for (const reading of await Promise.all(readings)) expect(causeOf(reading)?.category).toBe("interrupted");
    // The readers are answered at once; the request below them ends when its socket has closed.
    await expect.poll(() => clock.sleepers).toBe(0);
    expect(ecr.calls).toHaveLength(1);
  });

  test("the same tag is asked for once", async () => {
    const { registries, refOf, calls } = await startEcrTestWorld();
    const same = [refOf(candidate), refOf(candidate)];
    const readings = await Promise.all(same.map((ref) => registries.resolve(ref)));
    expect(readings.map(({ kind }) => kind)).toEqual(["found", "found"]);
    expect(calls("BatchGetImage").map(({ input }) => input["imageIds"])).toEqual([[{ imageTag: candidate }]]);
  });
});
