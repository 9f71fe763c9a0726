import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, tokens, type World } from "./world.ts";

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeEach(async () => {
  world = await startWorld();
  [old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

interface Explained {
  readonly explanation: readonly {
    readonly rule: string;
    readonly verdict: string;
    readonly fact: string;
    readonly change?: string;
  }[];
}
interface Found {
  readonly findings: readonly {
    readonly check: string;
    readonly verdict: string;
    readonly fact: string;
    readonly fix?: string;
  }[];
}

describe("explain", () => {
  test("tells of every rule by itself what it says of a commit that did not ship", async () => {
    world.forge.setStatus({ sha: old, context: "CI / all-required (push)", state: "failure" });
    const ran = await world.lateen(["explain", old.slice(0, 8), "--json"]);
    const { explanation } = ran.json() as unknown as Explained;
    expect([ran.code, explanation.map(({ rule, verdict }) => `${rule} ${verdict}`)], ran.stderr).toEqual([
      0,
      ["kill-switch passed", "supersession superseded", "gate refused", "promotion passed", "fleet passed"],
    ]);
    expect(explanation.find(({ rule }) => rule === "gate")?.change).toContain("--override CHECK=REASON");
    expect(ran.json().reason).toContain("supersession");
    const text = await world.lateen(["explain", old]);
    for (const part of ["├─ gate: refused", "would change it:", "http://127.0.0.1", "canary-a runs"])
      expect(text.stdout).toContain(part);
    expect(world.plane.moves()).toEqual([]);
  });

  test("tells when, by whom and as which entry a commit shipped", async () => {
    await world.lateen(["ship", "--sha", sha]);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toContain("it shipped and is what is promoted; promoted by octavia");
    expect(ran.stdout).toContain("entry 1 of the ledger");
  });

  test("tells of a rollout that halted, from its journal", async () => {
    world.plane.treat("t2", "skips");
    await world.lateen(["ship", "--sha", sha]);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toMatch(
      /it has not shipped: journal says halted: the rollout that started at \S+ moved 4 tenants and is halted/,
    );
  });
});

describe("doctor", () => {
  test("finds everything well where it is, and moves nothing", async () => {
    const ran = await world.lateen(["doctor", "--json"]);
    const { findings } = ran.json() as unknown as Found;
    expect([ran.code, ran.json().outcome, findings.filter(({ verdict }) => verdict !== "ok")], ran.stdout).toEqual([
      0,
      "ok",
      [],
    ]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "secrets",
        "forge version",
        "forge branch",
        "kill switch",
        "control plane",
        "tenants",
        "ledger default",
      ]),
    );
    expect(world.plane.moves()).toEqual([]);
    expect(await world.ledger()).toBe("");
  });

  test("tells gaps from trouble, each with its fix", async () => {
    world.configure((text) =>
      text.replace("canary: [canary-a]", "canary: [canary-b]").replace("branch: main", "branch: main"),
    );
    const gap = await world.lateen(["doctor", "--json"], { env: { REGISTRY_PASSWORD: "wrong-password" } });
    const { findings } = gap.json() as unknown as Found;
    expect([gap.code, gap.json().outcome]).toEqual([3, "refused"]);
    expect(
      findings
        .filter(({ verdict }) => verdict === "gap")
        .map(({ check }) => check)
        .toSorted(),
    ).toEqual(["canary", expect.stringContaining("platform"), expect.stringContaining("platform-tenant")]);
    for (const { fix } of findings.filter(({ verdict }) => verdict !== "ok")) expect(fix).toBeTruthy();
    expect(gap.stdout).not.toContain("wrong-password");

    world.configure();
    world.tenants.set("t1", { manner: "down" });
    const trouble = await world.lateen(["doctor", "--json"]);
    expect([trouble.code, trouble.json().outcome, trouble.stdout.includes("t1 (")]).toEqual([4, "unknown", true]);
  });

  test("names a token that is missing", async () => {
    const ran = await world.lateen(["doctor"], { env: { CP_TOKEN: "" } });
    expect([ran.code, ran.stdout.includes("the variable CP_TOKEN is not set")]).toEqual([3, true]);
    expect(ran.stdout).not.toContain(tokens.GITEA_TOKEN);
  });
});
