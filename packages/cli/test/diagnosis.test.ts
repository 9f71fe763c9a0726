import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

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

describe("explain", () => {
  test("reports every rule by itself for a commit that did not ship", async () => {
    world.forge.setStatus({ sha: old, context: "CI / all-required (push)", state: "failure" });
    const ran = await world.lateen(["explain", old.slice(0, 8), "--json"]);
    const { explanation } = ran.json() as unknown as Explained;
    expect(
      { code: ran.code, explanation: explanation.map(({ rule, verdict }) => `${rule} ${verdict}`) },
      ran.stderr,
    ).toEqual({
      code: 0,
      explanation: [
        "ledger never-promoted",
        "kill-switch passed",
        "supersession superseded",
        "gate refused",
        "promotion passed",
        "fleet passed",
      ],
    });
    expect(explanation.find(({ rule }) => rule === "gate")?.change).toContain("--override CHECK=REASON");
    expect(ran.json().reason).toContain("supersession");
    const text = await world.lateen(["explain", old]);
    for (const part of ["├─ gate: refused", "would change it:", "http://127.0.0.1", "canary-a runs"])
      expect(text.stdout).toContain(part);
    expect(world.plane.moves()).toEqual([]);
  });

  test("reports when, by which actor and as which entry a commit shipped", async () => {
    await world.lateen(["ship", "--sha", sha]);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toMatch(/promoted by octavia/);
    expect(ran.stdout).toContain("entry 1 of the ledger");
  });

  test("reports of a shipped commit why it shipped then, and no rule of now", async () => {
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "failure" });
    await world.lateen(["ship", "--sha", sha, "--override", "gate=a known flake"]);
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    const ran = await world.lateen(["explain", sha, "--json"]);
    const { explanation } = ran.json() as unknown as Explained;
    expect({ code: ran.code, rules: explanation.map(({ rule, verdict }) => `${rule}: ${verdict}`) }).toEqual({
      code: 0,
      rules: [
        "ledger: promoted",
        "fleet then: verified",
        "tags then: promoted",
        "gate then: passed or waived",
        "journal: passed",
        "fleet: passed",
      ],
    });
    expect(ran.stdout).toContain("gate waived: a known flake");
    const gate = explanation.find(({ rule }) => rule === "gate then");
    expect(gate?.fact).toMatch(/^CI \/ all-required \(push\) (?!success)\w+/);
  });

  test("names the checks that were green then, though they are red now", async () => {
    await world.lateen(["ship", "--sha", sha]);
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "failure" });
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout.replaceAll(/\s+/g, " ")).toContain("gate then: passed: CI / all-required (push) success");
  });

  test("says of a promotion by itself that it asked for no check, and not that a gate was passed", async () => {
    await world.lateen(["rollout", "--sha", sha]);
    await world.lateen(["promote", "--sha", sha]);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout.replaceAll(/\s+/g, " ")).toContain("gate then: none: the run asked for no check");
  });

  test("ends as an error of credentials if the forge refuses the token, and says what it could read all the same", async () => {
    const ran = await world.lateen(["explain", sha, "--json"], { env: { GITEA_TOKEN: "a-wrong-token" } });
    const { explanation } = ran.json() as unknown as Explained;
    expect({ code: ran.code, outcome: ran.json().outcome, rules: explanation.length > 3 }).toEqual({
      code: 7,
      outcome: "error",
      rules: true,
    });
  });

  test("reports a rollout that halted, from its journal", async () => {
    world.plane.treat("t2", "skips");
    await world.lateen(["ship", "--sha", sha]);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toMatch(
      /it has not shipped: journal says halted: the rollout that started at \S+ moved 4 tenants and is halted/,
    );
  });

  test("reports a commit that is held, and what would free it", async () => {
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toMatch(/it has not shipped: kill-switch says held: .*\n/);
    expect(ran.stdout).toMatch(/├─ kill-switch: held: .*\n│ {5}would change it: clear the variable DEPLOY_DISABLED/);
  });

  test("blames no check and no switch for what could not be read", async () => {
    await world.forge.close();
    const ran = await world.lateen(["explain", sha, "--json"], { haste: 100 });
    const { explanation } = ran.json() as unknown as Explained;
    expect(ran.code).toBe(4);
    const unread = explanation.filter(({ verdict }) => verdict === "unknown");
    expect(unread.map(({ rule }) => rule)).toEqual(["kill-switch", "supersession", "gate", "promotion", "fleet"]);
    expect(new Set(unread.map(({ change }) => change))).toEqual(new Set(["run again once the fact can be read"]));
  });

  test("reports a commit that was rolled back from and one that was replaced: actor, reason, ledger", async () => {
    for (const commit of [old, sha]) await world.lateen(["ship", "--sha", commit, "--override", "supersession=first"]);
    const back = await world.lateen(["rollback", "--to", old, "--reason", "checkout is down", "--yes"]);
    expect(back.code, back.stderr).toBe(0);
    const from = await world.lateen(["explain", sha]);
    expect(from.stdout).toMatch(
      new RegExp(
        `it shipped, and was rolled back from; promoted by octavia .*; then ${old.slice(0, 7)} rolled back to by octavia .*: checkout is down`,
      ),
    );
    expect(from.stdout).toMatch(/├─ ledger: rolled-back: .*\n.*would change it: ship a descendant that repairs it/);
    expect(from.stdout).toMatch(
      /ledger: rolled-back: default: .*\n.*would change it.*\n.*refs\/lateen\/latest, 20\d\d-\S+:\d\dZ\n/,
    );
    expect((await world.lateen(["explain", old])).stdout).toMatch(/is what is promoted; rolled back to by octavia/);
    const next = await world.release();
    await world.lateen(["ship", "--sha", next]);
    expect((await world.lateen(["explain", old])).stdout).toMatch(
      /├─ ledger: replaced: .*\n.*lateen rollback --to SHA/,
    );
  });

  test("reports every target by itself, and does not call unread what was never promoted", async () => {
    const targets = "promote: { tags: [latest], targets: { next: { tags: [next] } }";
    world.configure((text) => text.replace("promote: { tags: [latest]", targets));
    world.registry.misbehave({
      when({ method, path }) {
        if (method === "PUT" && path.endsWith("/manifests/latest")) world.forge.setVariable("DEPLOY_DISABLED", "true");
        return false;
      },
      fault: { kind: "answer", status: 500 },
    });
    const ship = await world.lateen(["ship", "--sha", sha, "--result-file", "result.json"]);
    expect(ship.code, ship.stderr).toBe(6);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toMatch(/: default: it shipped and is what is promoted; .*; next: nothing was ever promoted\n/);
    expect(ran.stdout).toMatch(/├─ ledger: partial: .*\n.*the same command again promotes the targets that are left/);
    for (const name of ["default", "next"])
      expect(ran.stdout).toMatch(new RegExp(`─ promotion: passed: ${name}: \\d+ facts`));
    const explained = await world.lateen(["explain", "--result", "result.json"]);
    expect(explained.stdout).toMatch(
      /─ targets: partial: 1 of 2 targets not committed: next\n.*would change it: lateen ship --sha [0-9a-f]{40}/,
    );
    expect(explained.stdout).toMatch(/shipped: default is committed, entry 1 of its ledger\n/);
    expect(explained.stdout).toMatch(/held: next is not committed: DEPLOY_DISABLED is "true"\n/);
    for (const ref of ["latest", "next"]) await world.repository.setRef(`refs/lateen/${ref}`, old);
    const unread = await world.lateen(["explain", sha]);
    expect(unread.stdout).toMatch(/whether it shipped cannot be known: default: /);
    expect(unread.stdout).toMatch(/├─ ledger: unknown: /);
  });
});
