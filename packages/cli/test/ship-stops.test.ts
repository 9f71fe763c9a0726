import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, tokens, type World } from "./world.ts";

/** A web page, as gateways and login pages answer. */
const htmlPage = { status: 200, headers: { "content-type": "text/html" }, body: "<!DOCTYPE html><html></html>" };

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeEach(async () => {
  world = await startWorld();
  [old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

const ship = (argv: readonly string[] = [], options: Parameters<World["lateen"]>[1] = {}): Promise<Ran> =>
  world.lateen(["ship", "--sha", sha, "--json", ...argv], options);
const setTo = (from: string, to: string): void => world.configure((text) => text.replace(from, to));

/** Nothing was written anywhere: no tenant was moved, no tag, no entry of the ledger. */
async function expectNothingMoved(): Promise<void> {
  expect(world.plane.moves()).toEqual([]);
  await expectTagsStayed();
}

async function expectTagsStayed(ran?: Ran): Promise<void> {
  // A planned move must not be reported as done.
  if (ran !== undefined) expect(JSON.stringify(ran.json()["images"])).not.toContain("moved");
  expect(images.map((image) => world.tag(image, "latest"))).toEqual(images.map((image) => world.digest(image, 0)));
  expect(await world.ledger()).toBe("");
}

describe("before anything moves, ship stops", () => {
  test("held, where the kill switch was armed when the job started, without a single credential", async () => {
    const env = { DEPLOY_DISABLED: "yes", GITEA_TOKEN: "", CP_TOKEN: "", REGISTRY_PASSWORD: "" };
    const ran = await ship(["--detailed-exitcode"], { env });
    expect({ code: ran.code, outcome: ran.json().outcome, commit: ran.json()["commit"] }, ran.stderr).toEqual({
      code: 12,
      outcome: "held",
      commit: sha,
    });
    expect(world.forge.requests).toEqual([]);
    await expectNothingMoved();
  });

  test.each(["true", "disable", "maybe"])("held, where the kill switch says %j now", async (value) => {
    world.forge.setVariable("DEPLOY_DISABLED", value);
    const ran = await ship();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "held" });
    await expectNothingMoved();
  });

  test("[forge-silent] held, where only the kill switch cannot be read; unknown, where the forge answers nothing", async () => {
    const unreadable = world.forge.misbehave({ ...htmlPage, on: /variables/ });
    const held = await ship([], { haste: 15 });
    expect({ code: held.code, outcome: held.json().outcome }, held.stderr).toEqual({ code: 0, outcome: "held" });
    unreadable();
    world.forge.misbehave(htmlPage);
    for (const argv of [
      ["ship", "--sha", sha],
      ["gate", "--sha", sha],
      ["rollout", "--sha", sha],
      ["promote", "--sha", sha],
    ]) {
      const ran = await world.lateen([...argv, "--json"], { haste: 15 });
      expect({ argv: argv[0], code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({
        argv: argv[0],
        code: 4,
        outcome: "unknown",
      });
    }
    await expectNothingMoved();
  });

  test("superseded, where a newer release owns production", async () => {
    const ran = await world.lateen(["ship", "--sha", old, "--json", "--detailed-exitcode"]);
    expect({ code: ran.code, supersededBy: ran.json()["supersededBy"] }).toEqual({ code: 11, supersededBy: sha });
    await expectNothingMoved();
  });

  test("superseded and not red, where the older commit's own checks have failed", async () => {
    world.forge.setStatus({ sha: old, context: "CI / all-required (push)", state: "failure" });
    const ran = await world.lateen(["ship", "--sha", old, "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 0, outcome: "superseded" });
  });

  test("refused, where the branch was rewound", async () => {
    await world.repository.setRef("refs/heads/main", old);
    const ran = await ship();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 3, outcome: "refused" });
    await expectNothingMoved();
  });

  test("refused, where a check is red", async () => {
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "failure" });
    const ran = await ship();
    expect(ran.json()).toMatchObject({
      outcome: "refused",
      gate: { verdict: "closed", checks: [{ state: "failure" }] },
    });
    expect(ran.code).toBe(3);
    await expectNothingMoved();
  });

  test("[deferred] deferred, where a check was cancelled", async () => {
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "cancelled" });
    const ran = await ship(["--detailed-exitcode"]);
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 10, outcome: "deferred" });
    await expectNothingMoved();
  });

  test("unknown, where a check is still running at the end of the time", async () => {
    setTo("timeout: 5s", "timeout: 60ms");
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "pending" });
    const ran = await ship();
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 4, outcome: "unknown" });
    await expectNothingMoved();
  });

  test("[refused] refused, where one of two images lacks its candidate", async () => {
    const half = await world.release({ images: [images[0]] });
    const ran = await world.lateen(["ship", "--sha", half, "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 3, outcome: "refused" });
    expect(ran.json().reason).toContain(images[1]);
    await expectNothingMoved();
  });

  test("refused, where the canary is not in the fleet", async () => {
    setTo("canary: [canary-a]", "canary: [canary-b]");
    const ran = await ship();
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 3, outcome: "refused" });
    expect(ran.json().reason).toContain("canary-b");
    await expectNothingMoved();
  });

  test("with exit 7 and the variable's name, where a token is not set", async () => {
    for (const name of Object.keys(tokens)) {
      const ran = await ship([], { env: { [name]: "" } });
      expect({ code: ran.code, error: ran.json()["error"] }).toEqual({
        code: 7,
        error: expect.objectContaining({ message: `the variable ${name} is not set` }),
      });
    }
    await expectNothingMoved();
  });

  test("with exit 7, where the forge refuses the token", async () => {
    const ran = await ship([], { env: { GITEA_TOKEN: "another-token" } });
    expect(ran.code, ran.stderr).toBe(7);
    expect(ran.stdout + ran.stderr).not.toContain("another-token");
    await expectNothingMoved();
  });

  test("with exit 2, where --override names no rule", async () => {
    const ran = await ship(["--override", "canery=typo"]);
    expect({ code: ran.code, error: ran.json()["error"] }).toEqual({
      code: 2,
      error: expect.objectContaining({ message: expect.stringContaining('did you mean "canary"?') }),
    });
    await expectNothingMoved();
  });
});

describe("in the middle of the rollout, ship starts nothing new", () => {
  /** Does `act` once, when the canary is proven. */
  const afterCanary = (act: () => void): { onProgress: (line: string) => void } => {
    let done = false;
    return {
      onProgress(line) {
        if (done || !line.startsWith("canary-a runs")) return;
        done = true;
        act();
      },
    };
  };

  test("[held-in-rollout] held if the kill switch has been armed since", async () => {
    const ran = await ship(
      ["-v"],
      afterCanary(() => world.forge.setVariable("DEPLOY_DISABLED", "1")),
    );
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 0, outcome: "held" });
    expect(world.plane.moves()).toEqual([["canary-a"]]);
    expect(ran.json()).toMatchObject({
      fleet: { enumerated: 6, verified: 1, tenants: expect.objectContaining({ length: 6 }) },
    });
    await expectTagsStayed();
  });

  test("[superseded-in-rollout] superseded if a newer commit has appeared since", async () => {
    world.configure((text) => text.replace("soak: 30ms", "soak: 300ms"));
    let newer = Promise.resolve("");
    const ran = await ship(
      ["-v"],
      afterCanary(() => void (newer = world.release())),
    );
    expect({ code: ran.code, outcome: ran.json().outcome, supersededBy: ran.json()["supersededBy"] }).toEqual({
      code: 0,
      outcome: "superseded",
      supersededBy: await newer,
    });
    expect(world.plane.moves()).toEqual([["canary-a"]]);
    await expectTagsStayed();
  });

  test("halted, where the control plane reports ok and skipped a tenant", async () => {
    world.plane.treat("t2", "skips");
    const ran = await ship();
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 5, outcome: "halted" });
    expect(ran.json()).toMatchObject({
      fleet: { stragglers: expect.arrayContaining(["t2"]), tenants: expect.objectContaining({ length: 6 }) },
    });
    await expectTagsStayed();
  });
});

describe("between rollout and promotion, the tags stay", () => {
  const atTheEnd = (act: () => void): { onProgress: (line: string) => void } => ({
    onProgress: (line) => (line.startsWith("fleet: 6 verified") ? act() : undefined),
  });

  test("held if the kill switch has been armed since", async () => {
    const ran = await ship(
      [],
      atTheEnd(() => world.forge.setVariable("DEPLOY_DISABLED", "1")),
    );
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 0, outcome: "held" });
    expect(ran.json()).toMatchObject({ fleet: { verified: 6 } });
    await expectTagsStayed(ran);
  });

  test("superseded if a newer commit has appeared since", async () => {
    const newer = await world.release();
    await world.repository.setRef("refs/heads/main", sha);
    const ran = await ship(
      [],
      atTheEnd(() => void execFileSync("git", ["-C", world.repository.path, "update-ref", "refs/heads/main", newer])),
    );
    expect(
      { code: ran.code, outcome: ran.json().outcome, supersededBy: ran.json()["supersededBy"] },
      ran.stderr,
    ).toEqual({ code: 0, outcome: "superseded", supersededBy: newer });
    expect(ran.json()).toMatchObject({ fleet: { verified: 6 } });
    await expectTagsStayed(ran);
  });
});

describe("an override", () => {
  test("waives exactly its check, and is recorded with the actor", async () => {
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "failure" });
    const ran = await ship(["--override", "CI / all-required (push)=runner outage"]);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(ran.json()["evidence"]).toContainEqual(
      expect.objectContaining({
        rule: "CI / all-required (push)",
        verdict: "waived",
        fact: "waived by octavia: runner outage",
      }),
    );
    const ledger = await world.ledger();
    expect(ledger).toContain("runner outage");
    expect(ledger).toContain("octavia");
  });
});

describe("an error that comes late", () => {
  const denied = { kind: "answer", status: 403, body: '{"errors":[{"code":"DENIED"}]}' } as const;

  test("[credentials-end-late] keeps the account of the fleet that was moved", async () => {
    world.registry.misbehave({
      when: ({ method, path }) =>
        method === "POST" && path.includes("/blobs/uploads") && world.plane.moves().length > 0,
      fault: denied,
    });
    const ran = await ship(["--result-file", "result.json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 7, outcome: "error" });
    expect(ran.json()).toMatchObject({
      commit: sha,
      fleet: { enumerated: 6, verified: 6 },
      error: { code: expect.any(String) as string },
    });
    expect(JSON.parse(world.folder.read("result.json"))).toEqual(ran.json());
    await expectTagsStayed();
  });

  test("keeps what was committed for the target before", async () => {
    world.configure((text) =>
      text
        .replace("promote: { tags: [latest]", "promote: { tags: [latest], targets: { next: { tags: [next] } }")
        .replace(/^fleet:\n(?: .*\n)*/m, ""),
    );
    const moved = world.digest(images[0], 1);
    world.registry.misbehave({
      when: ({ method, path }) =>
        method === "POST" && path.includes("/blobs/uploads") && world.tag(images[0], "latest") === moved,
      fault: denied,
    });
    const ran = await ship();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 7, outcome: "error" });
    expect(ran.json()).toMatchObject({
      ledger: { position: 1 },
      images: [{ tags: [{ tag: "latest", after: moved }] }, {}],
    });
    expect(ran.json()["evidence"]).toContainEqual(expect.objectContaining({ rule: "settle", verdict: "passed" }));
  });
});
