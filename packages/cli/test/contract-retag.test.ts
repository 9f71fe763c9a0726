import { seedImage, startRegistry } from "@lateen/registry/testing";
import { describe, expect, test } from "vitest";
import { world, sha, run, latest, candidates, useContractWorld } from "./contract-world.ts";
import { tokens } from "./world.ts";

useContractWorld();

describe("retag", () => {
  const ref = (rest: string): string => `${world.registry.host}/${rest}`;
  const source = (): string => ref(`acme/platform:staging-${sha.slice(0, 7)}`);

  test("is ok, then unchanged; by digest too", async () => {
    const first = await run("retag", source(), "latest", "stable");
    expect({ code: first.code, outcome: first.document.outcome }).toEqual({ code: 0, outcome: "ok" });
    expect(first.document.images).toMatchObject([
      {
        repository: ref("acme/platform"),
        tags: [
          { tag: "latest", action: "moved", before: candidates(0)[0], after: candidates(1)[0] },
          { tag: "stable", action: "created" },
        ],
      },
    ]);
    const again = await run("retag", ref(`acme/platform@${candidates(1)[0]}`), "latest");
    expect({
      code: again.code,
      outcome: again.document.outcome,
      action: again.document.images[0]?.tags[0]?.action,
    }).toEqual({ code: 0, outcome: "unchanged", action: "unchanged" });
  });

  test("copies into another repository and into another registry, byte for byte", async () => {
    const other = await startRegistry();
    try {
      const { code, document, stderr } = await run(
        "retag",
        source(),
        ref("acme/other:v1"),
        `${other.host}/elsewhere/platform:v1`,
      );
      expect({ code, outcome: document.outcome }, stderr).toEqual({ code: 0, outcome: "ok" });
      expect({
        tagAcmeOther: world.tag("acme/other", "v1"),
        tagElsewherePlatform: other.store.tag("elsewhere/platform", "v1"),
      }).toEqual({ tagAcmeOther: candidates(1)[0], tagElsewherePlatform: candidates(1)[0] });
    } finally {
      await other.close();
    }
  });

  test("refuses a source that does not exist, and moves none of the tags", async () => {
    const { code, document } = await run("retag", ref("acme/platform:nope"), "latest", "stable");
    expect({ code, outcome: document.outcome, tag: world.tag("acme/platform", "stable") }).toEqual({
      code: 3,
      outcome: "refused",
      tag: undefined,
    });
    expect(document["code"]).toBe("SOURCE_ABSENT");
  });

  test.each([["alpine"], ["https://127.0.0.1/acme/platform:1"], ["u:hunter2@127.0.0.1:1/acme/platform:1"]])(
    "of %s is exit 2",
    async (text) => {
      for (const argv of [
        ["retag", text, "latest"],
        ["retag", source(), text === "alpine" ? "al pine" : text],
      ]) {
        const ran = await run(...argv);
        expect(ran.code, argv.join(" ")).toBe(2);
        expect(ran.stdout + ran.stderr).not.toContain("hunter2");
      }
    },
  );

  test("of bytes that fail their integrity check is unknown", async () => {
    world.registry.misbehave({
      when: ({ method, path }) => method === "GET" && path.includes("/manifests/"),
      fault: { kind: "body", change: (body) => Buffer.from(body.toString().replace("linux", "linvx")) },
    });
    const ran = await world.lateen(["retag", source(), "latest", "--json"], { haste: 100 });
    expect({ code: ran.code, outcome: ran.json().outcome, latest: latest()[0] }, ran.stderr).toEqual({
      code: 4,
      outcome: "unknown",
      latest: candidates(0)[0],
    });
  });

  test("is partial where a tag does not settle, and where somebody else moved it", async () => {
    const end = world.registry.misbehave({
      when: ({ method }) => method === "GET" || method === "HEAD",
      fault: { kind: "lag" },
    });
    const lagging = await run("retag", source(), "latest", "--settle", "300ms");
    end();
    expect(
      { code: lagging.code, outcome: lagging.document.outcome, action: lagging.document.images[0]?.tags[0]?.action },
      lagging.stderr,
    ).toEqual({ code: 6, outcome: "partial", action: "pending" });
    const third = await seedImage(world.registry, { repository: "acme/platform", revision: "c".repeat(40) });
    world.registry.store.setTag("acme/platform", "latest", candidates(0)[0] ?? "");
    world.registry.misbehave({
      when: ({ method, path }) => method === "PUT" && path.endsWith("/latest"),
      times: 1,
      fault: {
        kind: "interleave",
        act: (phase) =>
          phase === "after" ? world.registry.store.setTag("acme/platform", "latest", third.digest) : undefined,
      },
    });
    const foreign = await run("retag", source(), "latest", "--settle", "2s");
    expect(
      { code: foreign.code, outcome: foreign.document.outcome, action: foreign.document.images[0]?.tags[0]?.action },
      foreign.stderr,
    ).toEqual({ code: 6, outcome: "partial", action: "foreign" });
  });

  test("with a password that may only read is exit 7", async () => {
    const parseOnly = await startRegistry({
      auth: { users: { ci: { password: tokens.REGISTRY_PASSWORD, access: "pull" } } },
    });
    await seedImage(parseOnly, { repository: "acme/platform", tags: ["one"], revision: sha });
    world.configure((text) => text.replaceAll(world.registry.host, parseOnly.host));
    const ran = await run("retag", `${parseOnly.host}/acme/platform:one`, "latest");
    await parseOnly.close();
    expect(ran.code, ran.stderr).toBe(7);
  });

  test.each([["5"], ["soon"], ["-1s"], [""]])("refuses --settle %j", async (settle) => {
    expect((await run("retag", source(), "latest", `--settle=${settle}`)).code).toBe(2);
  });
});
