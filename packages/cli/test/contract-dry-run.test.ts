import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { world, old, sha, run, latest, running, moves, useContractWorld } from "./contract-world.ts";
import { images } from "./world.ts";

useContractWorld();

describe("a dry run", () => {
  test.each([
    ["plan"],
    ["ship", "--dry-run"],
    ["rollout", "--dry-run"],
    ["promote", "--dry-run"],
    ["reconcile", "--dry-run"],
  ])("of %s %s is planned, and writes nothing anywhere", async (...argv) => {
    const before = { latest: latest(), running: running(), ledger: await world.ledger() };
    const named = argv[0] === "reconcile" ? argv : [...argv, "--sha", sha];
    const ran = await run(...named);
    expect({ code: ran.code, outcome: ran.document.outcome }, ran.stderr).toEqual({ code: 0, outcome: "planned" });
    expect({ latest: latest(), running: running(), ledger: await world.ledger() }).toEqual(before);
    expect(moves()).toEqual([]);
    expect(
      world.registry.requests.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/")),
    ).toEqual([]);
    expect(readdirSync(world.folder.path)).toEqual(["lateen.yaml"]);
  });

  test("reports with --detailed-exitcode whether there is anything to do", async () => {
    expect((await run("plan", "--sha", sha, "--detailed-exitcode")).code).toBe(13);
    expect((await run("ship", "--sha", sha)).document.outcome).toBe("shipped");
    expect((await run("plan", "--sha", sha, "--detailed-exitcode")).code).toBe(0);
  });

  test("refuses what a ship would refuse, and does not wait", async () => {
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "failure" });
    expect((await run("plan", "--sha", sha)).code).toBe(3);
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "pending" });
    expect((await run("plan", "--sha", sha, "--detailed-exitcode")).code).toBe(10);
    expect((await run("plan", "--sha", old, "--detailed-exitcode")).code).toBe(11);
  });

  test("[planned] names every tenant's wave and every tag", async () => {
    const { document } = await run("plan", "--sha", sha);
    expect(document.fleet.tenants.map(({ wave }) => wave)).toEqual([
      "canary",
      "batch-1",
      "batch-1",
      "batch-1",
      "batch-2",
      "batch-2",
    ]);
    expect(document.images.map(({ tags }) => tags.map(({ tag }) => tag))).toEqual([["latest"], ["latest"]]);
    const planned = {
      tags: [{ tag: "latest", action: "would-move" }],
      pin: { tag: `release-${sha.slice(0, 12)}`, action: "would-create" },
    };
    expect(document.images).toMatchObject([planned, planned]);
  });

  test.each([["plan"], ["ship", "--dry-run"]])("of %s %s has no evidence of what was not done", async (...argv) => {
    const { document } = await run(...argv, "--sha", sha);
    const rules = (document["evidence"] as readonly { readonly rule: string; readonly fact: string }[]).map(
      ({ rule }) => rule,
    );
    for (const rule of ["canary", "coverage", "copy", "commit", "settle"]) expect(rules).not.toContain(rule);
    expect(rules).toEqual(expect.arrayContaining(["gate", "candidate", "ancestry", "ledger", "write-access"]));
    expect(document.fleet).toMatchObject({ enumerated: 6, verified: 0 });
    expect(document.fleet).not.toHaveProperty("waves");
  });

  test("of a retag has no evidence of a tag that moved", async () => {
    const source = `${world.registry.host}/${images[0]}:staging-${sha.slice(0, 7)}`;
    const { document } = await run(
      "retag",
      source,
      "latest",
      "next",
      source.slice(source.lastIndexOf(":") + 1),
      "--dry-run",
    );
    expect(document["evidence"]).toMatchObject([
      { rule: "source", verdict: "found" },
      { rule: "tag", verdict: "would-move" },
      { rule: "tag", verdict: "would-create" },
      { rule: "tag", verdict: "unchanged" },
      { rule: "write-access", verdict: "unproven" },
    ]);
  });

  test("of a retag into another repository looks at its content and sends nothing", async () => {
    const host = world.registry.host;
    const source = `${host}/${images[0]}:staging-${sha.slice(0, 7)}`;
    const { code, document, stderr } = await run("retag", source, `${host}/acme/mirror:latest`, "--dry-run", "-v");
    expect({ code, outcome: document.outcome }).toEqual({ code: 0, outcome: "planned" });
    expect(stderr).not.toMatch(/moved|settled|→/);
    expect(document.images).toMatchObject([{ tags: [{ tag: "latest", action: "would-create" }] }]);
    expect(world.registry.requests.filter(({ method }) => !["GET", "HEAD"].includes(method))).toEqual([]);
    expect(world.registry.requests.map(({ path }) => path)).toContainEqual(expect.stringContaining("/blobs/"));
    expect(world.registry.store.tag("acme/mirror", "latest")).toBeUndefined();
  });

  test("of a repair has no evidence of tags that were not read", async () => {
    await run("ship", "--sha", sha);
    const [image] = images;
    world.registry.store.setTag(image, "latest", world.digest(image, 0));
    const { document } = await run("reconcile", "--dry-run");
    expect(document).toMatchObject({ outcome: "planned", targets: [{ state: "planned" }] });
    expect(JSON.stringify(document["evidence"])).not.toContain('"settle"');
    expect(world.tag(image, "latest")).toBe(world.digest(image, 0));
  });

  test.each([["true"], ["perhaps"]])("plans under a kill switch that says %s, and says so", async (value) => {
    world.forge.setVariable("DEPLOY_DISABLED", value);
    const { code, document, stderr } = await run("plan", "--sha", sha, "--detailed-exitcode");
    expect({ code, outcome: document.outcome }, stderr).toEqual({ code: 13, outcome: "planned" });
    expect(document["reason"]).toMatch(/nothing was written; ship would be stopped: .*DEPLOY_DISABLED/);
    expect(document["evidence"]).toContainEqual(expect.objectContaining({ rule: "kill-switch", verdict: "held" }));
    expect(document.fleet.tenants).toHaveLength(6);
    expect((await run("ship", "--sha", sha, "--detailed-exitcode")).code).toBe(12);
    expect(moves()).toEqual([]);
  });

  test("of a plan under a freeze still stops at what ship would refuse", async () => {
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "failure" });
    const { code, document } = await run("plan", "--sha", sha);
    expect({ code, outcome: document.outcome }).toEqual({ code: 3, outcome: "refused" });
  });
});
