import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  world,
  old,
  sha,
  run,
  configure,
  latest,
  candidates,
  running,
  moves,
  useContractWorld,
} from "./contract-world.ts";
import { images } from "./world.ts";

useContractWorld();

describe("ship", () => {
  test("[token-unset] misses a token before it asks or waits for anything", async () => {
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "pending" });
    for (const name of ["GITEA_TOKEN", "CP_TOKEN"]) {
      const ran = await world.lateen(["ship", "--sha", sha, "--json"], { env: { [name]: "" } });
      expect({ code: ran.code, document: JSON.stringify(ran.json()) }).toEqual({
        code: 7,
        document: expect.stringContaining(name),
      });
    }
    expect({
      requestsForge: world.forge.requests,
      requestsRegistry: world.registry.requests,
      requestsPlane: world.plane.requests,
    }).toEqual({ requestsForge: [], requestsRegistry: [], requestsPlane: [] });
  });

  test("looks at the kill switch first where no gate is configured", async () => {
    configure([/^gate: .*\n/m, ""]);
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    const { code, document } = await run("ship", "--sha", sha);
    expect({ code, outcome: document.outcome }).toEqual({ code: 0, outcome: "held" });
    expect({ requestsRegistry: world.registry.requests, requestsPlane: world.plane.requests }).toEqual({
      requestsRegistry: [],
      requestsPlane: [],
    });
  });

  test.each([
    { argv: ["ship", "--dry-run"], gate: "", warns: true },
    { argv: ["plan"], gate: "", warns: true },
    { argv: ["ship", "--dry-run"], gate: "gate: false\n", warns: false },
    { argv: ["plan"], gate: "gate: false\n", warns: false },
  ])("$argv warns that nothing is waited for, unless that is meant: $warns", async ({ argv, gate, warns }) => {
    configure([/^gate: .*\n/m, gate]);
    const ran = await world.lateen([...argv, "--sha", sha]);
    expect({ code: ran.code, warned: ran.stderr.includes("nothing is waited for") }).toEqual({
      code: 0,
      warned: warns,
    });
  });

  test("with a fleet alone resolves the candidates before it moves anybody", async () => {
    configure([/^promote: .*\n/m, ""]);
    const half = await world.release({ images: [images[0]] });
    const { code, document } = await run("ship", "--sha", half);
    expect({
      code,
      outcome: document.outcome,
      namesImage: document.reason.includes(images[1]),
      moves: moves(),
    }).toEqual({ code: 3, outcome: "refused", namesImage: true, moves: [] });
    world.registry.misbehave({ when: () => true, fault: { kind: "answer", status: 503 } });
    const unread = await world.lateen(["ship", "--sha", half, "--json"], { haste: 100 });
    expect({ code: unread.code, moves: moves() }, unread.stderr).toEqual({ code: 4, moves: [] });
  });

  test("leaves out the stages that are not configured", async () => {
    configure([/^fleet:\n(?: .*\n)+/m, ""]);
    const promoted = await run("ship", "--sha", sha);
    expect(
      { code: promoted.code, outcome: promoted.document.outcome, latest: latest(), moves: moves() },
      promoted.stderr,
    ).toEqual({ code: 0, outcome: "shipped", latest: candidates(1), moves: [] });
    configure([/^fleet:\n(?: .*\n)+/m, ""], [/^promote: .*\n/m, ""]);
    expect((await run("ship", "--sha", sha)).code, "nothing is left to ship").toBe(2);
  });

  test("gives way to a newer commit also where nothing but the forge is configured for it", async () => {
    const newer = await world.release();
    const { code, document } = await run("ship", "--sha", sha, "--detailed-exitcode");
    expect({ code, supersededBy: document["supersededBy"], moves: moves() }).toEqual({
      code: 11,
      supersededBy: newer,
      moves: [],
    });
    configure([/^killSwitch/m, "supersession: false\nkillSwitch"]);
    expect((await run("ship", "--sha", sha)).document.outcome).toBe("shipped");
    expect(running()).toEqual([sha]);
  });
});

describe("the result file", () => {
  test("is written on every exit, with the same document", async () => {
    for (const [argv, exit] of [
      [["ship", "--sha", sha], 0],
      [["ship", "--sha", sha], 0],
      [["promote", "--sha", old], 3],
      [["verify", "--sha", "nothex!"], 2],
      [["inspect", `${world.registry.host}/acme/platform:nope`], 3],
    ] as const) {
      const ran = await run(...argv, "--result-file", "out/result.json");
      expect(ran.code, argv.join(" ")).toBe(exit);
      expect(JSON.parse(world.folder.read("out/result.json"))).toEqual(ran.document);
      expect(ran.document).toMatchObject({ schemaVersion: 1, command: argv[0] });
      expect(readdirSync(join(world.folder.path, "out"))).toEqual(["result.json"]);
    }
    expect(existsSync(join(world.folder.path, ".lateen"))).toBe(true);
  });
});
