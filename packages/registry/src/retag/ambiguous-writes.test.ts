import { afterEach, describe, expect, test } from "vitest";
import type { LoggedRequest, Misbehaviour } from "../testing/misbehaviour.ts";
import { action, closeServers, isPut, puts, startRetagWorld, ways } from "../testing/retag-world.ts";
import { seedImage } from "../testing/seed-image.ts";

afterEach(closeServers);

const isReadBack = (request: LoggedRequest): boolean =>
  request.method === "HEAD" && request.path.endsWith("/manifests/latest");

describe.each(ways)("over %s", (_name, env) => {
  const world = () => startRetagWorld(env);

  describe("a write whose outcome is not known", () => {
    test.each<[string, Misbehaviour["fault"]]>([
      ["503 after it was applied", { kind: "answer-after", status: 503 }],
      ["the connection torn after it was applied", { kind: "reset", when: "after" }],
      ["the connection torn in the middle of the answer", { kind: "reset", when: "during-answer" }],
      [
        "an acknowledgement of other bytes",
        { kind: "headers", headers: { "docker-content-digest": `sha256:${"9".repeat(64)}` } },
      ],
    ])("%s: it is looked at and not sent again", async (_name, fault) => {
      const { registry, run, image } = await world();
      registry.misbehave({ when: isPut, fault });
      expect(action(await run())).toBe("moved");
      expect(registry.store.tag("acme/platform", "latest")).toBe(image.digest);
      expect(puts(registry)).toBe(1);
    });

    test.each<[string, Misbehaviour["fault"]]>([
      ["500 before it was applied", { kind: "answer", status: 500 }],
      ["the connection torn before it was applied", { kind: "reset", when: "before" }],
    ])("%s: it is looked at, then sent again", async (_name, fault) => {
      const { registry, run, image } = await world();
      registry.misbehave({ when: isPut, times: 1, fault });
      expect(action(await run())).toBe("moved");
      expect(registry.store.tag("acme/platform", "latest")).toBe(image.digest);
      expect(registry.requests.map(({ method }) => method).join(" ")).toContain("PUT HEAD PUT HEAD");
    });

    test("a registry that fails every write has changed nothing: unknown", async () => {
      const { registry, run, older } = await world();
      registry.misbehave({ when: isPut, fault: { kind: "answer", status: 500 } });
      expect(await run()).toMatchObject({ kind: "stop", outcome: "unknown" });
      expect(puts(registry)).toBe(3);
      expect(registry.store.tag("acme/platform", "latest")).toBe(older.digest);
    });

    test("an outage right after the write leaves it pending", async () => {
      const { registry, run } = await world();
      registry.misbehave({ when: isPut, fault: { kind: "reset", when: "after" } });
      registry.misbehave({ when: isReadBack, fault: { kind: "reset", when: "before" } });
      const verdict = await run(2_000);
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
      expect(action(verdict)).toBe("pending");
    });
  });

  describe("reading back", () => {
    test("201 that stored nothing is pending", async () => {
      const { registry, run } = await world();
      registry.misbehave({ when: isPut, fault: { kind: "pretend" } });
      const verdict = await run(3_000);
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
      expect(action(verdict)).toBe("pending");
    });

    test("lag within the time is waited out, beyond it the tag is pending", async () => {
      const { registry, run } = await world();
      const stop = registry.misbehave({ when: isReadBack, times: 4, fault: { kind: "lag" } });
      expect(action(await run(60_000))).toBe("moved");
      stop();
      const image = await seedImage(registry, {
        repository: "acme/platform",
        tags: ["staging"],
        revision: "c".repeat(40),
      });
      registry.misbehave({ when: isReadBack, fault: { kind: "lag" } });
      const verdict = await run(3_000);
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial", value: { digest: image.digest } });
      expect(action(verdict)).toBe("pending");
    });

    test("a third digest after our write is somebody else's", async () => {
      const { registry, run, image } = await world();
      const third = await seedImage(registry, {
        repository: "acme/platform",
        tags: ["other"],
        revision: "d".repeat(40),
      });
      registry.misbehave({
        when: isPut,
        fault: {
          kind: "interleave",
          act: (phase) => void (phase === "after" && registry.store.setTag("acme/platform", "latest", third.digest)),
        },
      });
      const verdict = await run();
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
      expect(verdict.value?.images[0]?.tags[0]).toMatchObject({ action: "foreign", after: third.digest });
      expect(image.digest).not.toBe(third.digest);
    });
  });
});
