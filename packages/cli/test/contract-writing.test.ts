import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seedImage, startRegistry } from "@lateen/registry/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, tokens, type World } from "./world.ts";

// The contract of the command line, read line by line by somebody who does not believe it: what writes.

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeEach(async () => {
  world = await startWorld();
  [old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

interface Tenant {
  readonly slug: string;
  readonly verdict: string;
  readonly wave?: string;
}
type Document = ReturnType<Ran["json"]> & {
  readonly fleet: Record<"stragglers" | "quarantined" | "unknown", readonly string[]> & {
    readonly enumerated: number;
    readonly verified: number;
    readonly ahead: number;
    readonly tenants: readonly Tenant[];
  };
  readonly images: readonly {
    readonly repository: string;
    readonly tags: readonly { readonly tag: string; readonly action: string }[];
  }[];
  readonly error: Record<string, string>;
};
const run = async (...argv: readonly string[]): Promise<Ran & { readonly document: Document }> => {
  const ran = await world.lateen([...argv, "--json"]);
  return { ...ran, document: ran.json() as Document };
};
const configure = (...changes: readonly (readonly [string | RegExp, string])[]): void =>
  world.configure((text) =>
    changes.reduce((before, [from, to]) => {
      const after = before.replace(from, to);
      expect(after, String(from)).not.toBe(before);
      return after;
    }, text),
  );
const latest = (): (string | undefined)[] => images.map((image) => world.tag(image, "latest"));
const candidates = (commit: number): string[] => images.map((image) => world.digest(image, commit));
const running = (): string[] => [...new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha))];
const moves = (): readonly (readonly string[])[] => world.plane.moves();

/** What the contract says of every account: a partition of the enumerated fleet. */
function expectPartition({
  enumerated,
  verified,
  ahead,
  stragglers,
  quarantined,
  unknown,
  tenants,
}: Document["fleet"]): void {
  expect(enumerated).toBe(tenants.length);
  const off = [...stragglers, ...quarantined, ...unknown];
  expect(new Set(off).size, "each in exactly one list").toBe(off.length);
  expect(verified + ahead + off.length).toBe(enumerated);
}

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
    expect([ran.code, ran.document.outcome], ran.stderr).toEqual([0, "planned"]);
    expect({ latest: latest(), running: running(), ledger: await world.ledger() }).toEqual(before);
    expect(moves()).toEqual([]);
    expect(
      world.registry.requests.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/")),
    ).toEqual([]);
    expect(readdirSync(world.folder.path)).toEqual(["lateen.yaml"]);
  });

  test("tells with --detailed-exitcode whether there is anything to do", async () => {
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

  test("names every tenant's wave and every tag", async () => {
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
  });
});

describe("retag", () => {
  const ref = (rest: string): string => `${world.registry.host}/${rest}`;
  const source = (): string => ref(`acme/platform:staging-${sha.slice(0, 7)}`);

  test("is ok, then unchanged; by digest too", async () => {
    const first = await run("retag", source(), "latest", "stable");
    expect([first.code, first.document.outcome]).toEqual([0, "ok"]);
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
    expect([again.code, again.document.outcome, again.document.images[0]?.tags[0]?.action]).toEqual([
      0,
      "unchanged",
      "unchanged",
    ]);
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
      expect([code, document.outcome], stderr).toEqual([0, "ok"]);
      expect([world.tag("acme/other", "v1"), other.store.tag("elsewhere/platform", "v1")]).toEqual([
        candidates(1)[0],
        candidates(1)[0],
      ]);
    } finally {
      await other.close();
    }
  });

  test("refuses a source that does not exist, and moves none of the tags", async () => {
    const { code, document } = await run("retag", ref("acme/platform:nope"), "latest", "stable");
    expect([code, document.outcome, world.tag("acme/platform", "stable")]).toEqual([3, "refused", undefined]);
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
    expect([ran.code, ran.json().outcome, latest()[0]], ran.stderr).toEqual([4, "unknown", candidates(0)[0]]);
  });

  test("is partial where a tag does not settle, and where somebody else moved it", async () => {
    const end = world.registry.misbehave({
      when: ({ method }) => method === "GET" || method === "HEAD",
      fault: { kind: "lag" },
    });
    const lagging = await run("retag", source(), "latest", "--settle", "300ms");
    end();
    expect(
      [lagging.code, lagging.document.outcome, lagging.document.images[0]?.tags[0]?.action],
      lagging.stderr,
    ).toEqual([6, "partial", "pending"]);
    const third = await seedImage(world.registry, { repository: "acme/platform", revision: "c".repeat(40) });
    world.registry.store.setTag("acme/platform", "latest", candidates(0)[0] ?? "");
    world.registry.misbehave({
      when: ({ method, path }) => method === "PUT" && path.endsWith("/latest"),
      times: 1,
      fault: {
        kind: "meanwhile",
        act: (phase) =>
          phase === "after" ? world.registry.store.setTag("acme/platform", "latest", third.digest) : undefined,
      },
    });
    const foreign = await run("retag", source(), "latest", "--settle", "2s");
    expect(
      [foreign.code, foreign.document.outcome, foreign.document.images[0]?.tags[0]?.action],
      foreign.stderr,
    ).toEqual([6, "partial", "foreign"]);
  });

  test("with a password that may only read is exit 7", async () => {
    const readOnly = await startRegistry({
      auth: { users: { ci: { password: tokens.REGISTRY_PASSWORD, access: "pull" } } },
    });
    await seedImage(readOnly, { repository: "acme/platform", tags: ["one"], revision: sha });
    world.configure((text) => text.replaceAll(world.registry.host, readOnly.host));
    const ran = await run("retag", `${readOnly.host}/acme/platform:one`, "latest");
    await readOnly.close();
    expect(ran.code, ran.stderr).toBe(7);
  });

  test.each([["5"], ["soon"], ["-1s"], [""]])("refuses --settle %j", async (settle) => {
    expect((await run("retag", source(), "latest", `--settle=${settle}`)).code).toBe(2);
  });
});

describe("rollout", () => {
  test("goes canary first, in batches, and accounts for everybody", async () => {
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect([code, document.outcome], stderr).toEqual([0, "shipped"]);
    expect(moves()).toEqual([["canary-a"], ["t1", "t2", "t3"], ["t4", "t5"]]);
    expectPartition(document.fleet);
    expect(latest()).toEqual(candidates(0));
    for (const { body } of world.plane.requests.filter(({ dryRun }) => !dryRun))
      expect(body).toMatchObject({ confirm: true });
    expect((await run("rollout", "--sha", sha)).document.outcome).toBe("unchanged");
    expect(moves()).toHaveLength(3);
  });

  test("does not post who is on target already", async () => {
    world.tenants.set("t2", { sha });
    const { document } = await run("rollout", "--sha", sha);
    expect([document.outcome, moves().flat().includes("t2"), document.fleet.verified]).toEqual(["shipped", false, 6]);
  });

  test.each([
    ["waves: [1, 3, 50%]", [1, 3, 2]],
    ["waves: [1, 2]", [1, 2, 2, 1]],
    ["waves: [20%, 50%]", [2, 3, 1]],
    ["batch: 10", [1, 5]],
    ["batch: 1", [1, 1, 1, 1, 1, 1]],
  ])("%s rolls waves of %j", async (line, sizes) => {
    if (line.startsWith("waves: [20%"))
      configure(["batch: 3", line.replaceAll(/\d+%/g, '"$&"')], ["canary: [canary-a]", "canary: []"]);
    else configure(["batch: 3", line.replaceAll(/\d+%/g, '"$&"')]);
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect([code, document.outcome], stderr).toEqual([0, "shipped"]);
    expect(moves().map((slugs) => slugs.length)).toEqual(sizes);
  });

  test("by window grows with the evidence", async () => {
    configure(["batch: 3", "window: { growth: 1, cap: 3 }"]);
    const { code, stderr } = await run("rollout", "--sha", sha);
    expect(code, stderr).toBe(0);
    expect(moves().flat().toSorted()).toEqual([...world.tenants.slugs()].toSorted());
  });

  test("of some tenants moves only those; the canary cannot be left out silently", async () => {
    expect((await run("rollout", "--sha", sha, "--only", "t1")).code).toBe(3);
    expect((await run("rollout", "--sha", sha, "--only", "nobody,canary-a")).code).toBe(3);
    for (const empty of ["", ",", " "])
      expect((await run("rollout", "--sha", sha, "--only", empty)).code, JSON.stringify(empty)).toBe(2);
    expect(moves()).toEqual([]);
    const { code, document, stderr } = await run(
      "rollout",
      "--sha",
      sha,
      "--only",
      "t1",
      "--override",
      "canary=looked at it myself",
    );
    expect([code, document.outcome, moves()], stderr).toEqual([0, "shipped", [["t1"]]]);
    expect(JSON.stringify(document["evidence"])).toContain("looked at it myself");
  });

  test.each([
    ["lies", "stragglers"],
    ["skips", "stragglers"],
    ["denies", "stragglers"],
    ["fails", "stragglers"],
    ["sick", "stragglers"],
  ] as const)("halts where the canary %s", async (manner, list) => {
    world.plane.treat("canary-a", manner);
    configure(["batch: 3", "batch: 3\n  maxStragglers: 5"]);
    const { code, document, stderr, stdout } = await run("rollout", "--sha", sha);
    expect([code, document.outcome], stderr).toEqual([5, "halted"]);
    expect(document.fleet[list]).toContain("canary-a");
    expect(moves().flat()).toEqual(["canary-a"]);
    expectPartition(document.fleet);
    expect(stdout + stderr).not.toContain("hunter2");
  });

  test("halts at a tenant beyond the budget, and is given up on demand", async () => {
    world.plane.treat("t2", "denies");
    const halted = await run("rollout", "--sha", sha);
    expect([halted.code, halted.document.outcome]).toEqual([5, "halted"]);
    expect(halted.document.fleet.stragglers).toContain("t2");
    expectPartition(halted.document.fleet);

    const given = await run("rollout", "--abandon", "--reason", "a newer one is there");
    expect(given.code, given.stderr).toBe(0);
    expect((await run("rollout", "--abandon")).code, "there is nothing more to give up").toBe(3);
    const newer = await world.release();
    world.plane.treat("t2", undefined);
    expect((await run("rollout", "--sha", newer)).document.outcome).toBe("shipped");
    expect(running()).toEqual([newer]);
  });

  test("that was killed blocks another commit with exit 3 until it is given up", async () => {
    configure(["soak: 30ms", "soak: 5s"]);
    const killed = world.start(["rollout", "--sha", sha]);
    await killed.says("soaks until");
    const owned = await run("rollout", "--resume");
    expect([owned.code, owned.document.reason], "owned by a living process").toEqual([
      3,
      expect.stringMatching(/process|owned|running/i),
    ]);
    killed.kill("SIGKILL");
    await killed.ended;
    world.configure();
    const newer = await world.release();
    const blocked = await run("rollout", "--sha", newer);
    expect([blocked.code, blocked.document.reason], blocked.stderr).toEqual([3, expect.stringContaining("--abandon")]);
    expect((await run("ship", "--sha", newer)).code).toBe(3);
    expect((await run("rollout", "--resume", "--sha", newer)).code).toBe(2);
    expect((await run("rollout", "--abandon")).code).toBe(0);
    expect((await run("rollout", "--sha", newer)).document.outcome).toBe("shipped");
  });

  test("continues a halted rollout of the same commit without posting the proven again", async () => {
    world.plane.treat("t2", "denies");
    await run("rollout", "--sha", sha);
    world.plane.treat("t2", undefined);
    const before = moves().flat();
    const { code, document, stderr } = await run("rollout", "--resume");
    expect([code, document.outcome, document["commit"]], stderr).toEqual([0, "shipped", sha]);
    const after = moves().flat().slice(before.length);
    expect(after.filter((slug) => before.includes(slug) && slug !== "t2")).toEqual([]);
    expect((await run("rollout", "--resume", "--sha", old)).code).toBe(2);
    expect((await run("rollout", "--resume")).document.outcome).toBe("unchanged");
  });

  test("ships past as many as are allowed, over the whole rollout, and names them", async () => {
    configure(["batch: 3", "batch: 3\n  maxStragglers: 1"]);
    world.plane.treat("t2", "denies");
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect([code, document.outcome, document.fleet.stragglers], stderr).toEqual([0, "shipped", ["t2"]]);
    expectPartition(document.fleet);
    const left = "tenants is off target and tolerated: t2";
    expect([document.reason, stderr]).toEqual([expect.stringContaining(left), expect.stringContaining(left)]);
    const newer = await world.release();
    world.plane.treat("t5", "denies");
    const two = await run("rollout", "--sha", newer);
    expect([two.code, two.document.outcome]).toEqual([5, "halted"]);
    expect(two.document.fleet.stragglers).toEqual(expect.arrayContaining(["t2", "t5"]));
  });

  test("with onFailure: rollback returns whom it moved", async () => {
    configure(["batch: 3", "batch: 3\n  onFailure: rollback"]);
    world.plane.treat("t4", "denies");
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect([code, document.outcome], stderr).toEqual([5, "halted"]);
    expect(running()).toEqual([old]);
    expectPartition(document.fleet);
  });

  test("believes a row without proof only from a legacy control plane", async () => {
    world.tenants.set("t1", { manner: "well" });
    world.plane.treat("t1", "mute");
    expect((await run("rollout", "--sha", sha)).document.outcome).toBe("shipped");
  });

  test("rolls who is born meanwhile last, and counts it", async () => {
    configure(["soak: 30ms", "soak: 200ms"]);
    let born = false;
    const ran = await world.lateen(["rollout", "--sha", sha, "--json"], {
      onProgress(line) {
        if (born || !line.includes("canary-a runs")) return;
        born = true;
        world.tenants.set("newborn", { sha: old });
      },
    });
    const document = ran.json() as Document;
    expect([ran.code, document.fleet.enumerated], ran.stderr).toEqual([0, 7]);
    expect([running(), moves().at(-1)]).toEqual([[sha], ["newborn"]]);
  });

  test.each(["../../etc", "UPPER", "a..b", "x".repeat(64), "-a", "a;rm"])(
    "refuses a fleet with the slug %j before any move",
    async (slug) => {
      world.tenants.set(slug, { sha: old });
      const { code, document } = await run("rollout", "--sha", sha);
      expect([code, document.outcome, moves()]).toEqual([3, "refused", []]);
    },
  );

  test("refuses an empty fleet, is unknown where it cannot be listed, and exit 7 without a right", async () => {
    world.plane.meetPlan({ kind: "status", status: 500 });
    expect((await run("rollout", "--sha", sha)).code).toBe(4);
    expect((await world.lateen(["rollout", "--sha", sha], { env: { CP_TOKEN: "another" } })).code).toBe(7);
    for (const slug of world.tenants.slugs()) world.tenants.remove(slug);
    expect((await run("rollout", "--sha", sha)).code).toBe(3);
    expect(moves()).toEqual([]);
  });

  test("observes after a doubtful call before it posts again", async () => {
    world.plane.meet({ kind: "reset", effect: true });
    const ran = await world.lateen(["rollout", "--sha", sha, "--json"], { haste: 20 });
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([0, "shipped"]);
    expect(
      moves()
        .flat()
        .filter((slug) => slug === "canary-a"),
    ).toHaveLength(1);
  });

  test("leaves the pinned alone and says why", async () => {
    configure(["batch: 3", 'batch: 3\n  pinned: { t3: { reason: "customer freeze", until: "2099-01-01" } }']);
    const { code, document, stdout, stderr } = await run("rollout", "--sha", sha);
    expect([code, document.outcome, world.tenants.get("t3").sha], stderr).toEqual([0, "shipped", old]);
    expect(stdout).toContain("customer freeze");
    expectPartition(document.fleet);
  });

  test("keeps its journal as JSON lines beside the configuration", async () => {
    await run("rollout", "--sha", sha);
    const folder = join(world.folder.path, ".lateen");
    const [journal = ""] = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    const lines = readFileSync(join(folder, journal), "utf8").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(readdirSync(folder).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });
});

describe("promote", () => {
  test("moves all tags by one entry, then has nothing to do", async () => {
    const { code, document, stderr } = await run("promote", "--sha", sha);
    expect([code, document.outcome, latest()], stderr).toEqual([0, "shipped", candidates(1)]);
    expect(document["ledger"]).toMatchObject({ position: 1 });
    expect((await run("promote", "--sha", sha)).document.outcome).toBe("unchanged");
    expect((await world.repository.git("rev-list", "--count", "refs/lateen/latest")).trim()).toBe("1");
  });

  test("refuses to go back, and what is not on the branch", async () => {
    await run("promote", "--sha", sha);
    expect((await run("promote", "--sha", old)).code).toBe(3);
    const stray = await world.repository.commit({ message: "stray", branch: "other", parent: old });
    for (const image of images)
      await seedImage(world.registry, { repository: image, tags: [`staging-${stray.slice(0, 7)}`], revision: stray });
    expect((await run("promote", "--sha", stray)).code).toBe(3);
    expect(latest()).toEqual(candidates(1));
    const waived = await run("promote", "--sha", old, "--override", "ancestry=on purpose");
    expect([waived.code, latest()], waived.stderr).toEqual([0, candidates(0)]);
    expect(await world.ledger()).toContain("on purpose");
  });

  test("refuses a candidate of another commit, whatever is waived", async () => {
    const wrong = await world.release({ images: [images[1]] });
    await seedImage(world.registry, { repository: images[0], tags: [`staging-${wrong.slice(0, 7)}`], revision: old });
    expect((await run("promote", "--sha", wrong)).code).toBe(3);
    expect((await run("promote", "--sha", wrong, "--override", "ancestry=x", "--override", "unlabelled=x")).code).toBe(
      3,
    );
    expect(latest()).toEqual(candidates(0));
  });

  test("refuses to replace what has no label until that is allowed", async () => {
    for (const image of images) {
      const { digest } = await seedImage(world.registry, {
        repository: image,
        content: "from before there were labels",
      });
      world.registry.store.setTag(image, "latest", digest);
    }
    expect((await run("promote", "--sha", sha)).code).toBe(3);
    configure(["tags: [latest]", "tags: [latest], allowUnlabelled: true"]);
    const { code, stderr } = await run("promote", "--sha", sha);
    expect([code, latest()], stderr).toEqual([0, candidates(1)]);
  });

  test("with a label that cannot be read is unknown, not unlabelled", async () => {
    configure(["tags: [latest]", "tags: [latest], allowUnlabelled: true"]);
    world.registry.misbehave({ when: ({ path }) => path.includes("/blobs/"), fault: { kind: "answer", status: 500 } });
    const ran = await world.lateen(["promote", "--sha", sha, "--json"], { haste: 100 });
    expect([ran.code, ran.json().outcome, latest()], ran.stderr).toEqual([4, "unknown", candidates(0)]);
  });

  test("with a password that may only read is exit 7 before anything moves", async () => {
    const readOnly = await startRegistry({
      auth: { users: { ci: { password: tokens.REGISTRY_PASSWORD, access: "pull" } } },
    });
    for (const image of images) {
      await seedImage(readOnly, { repository: image, tags: [`staging-${sha.slice(0, 7)}`], revision: sha });
      await seedImage(readOnly, { repository: image, tags: ["latest"], revision: old });
    }
    world.configure((text) => text.replaceAll(world.registry.host, readOnly.host));
    const ran = await run("promote", "--sha", sha);
    await readOnly.close();
    expect([ran.code, await world.ledger()], ran.stderr).toEqual([7, ""]);
  });

  test("copies a candidate that one registry lacks where a sibling has the very bytes", async () => {
    const other = await startRegistry();
    configure([/images: \[(.*)\]/, `images: [$1, "${other.host}/mirror/platform-tenant"]`]);
    const { code, document, stderr } = await run("promote", "--sha", sha);
    const mirrored = other.store.tag("mirror/platform-tenant", "latest");
    await other.close();
    // No repository of the same image has it: `platform-tenant` of the other registry may be the sibling.
    expect([code, document.outcome, mirrored], stderr).toEqual([0, "shipped", candidates(1)[1]]);
  });

  test("moves several targets, each by its own tags and ref", async () => {
    configure(["tags: [latest]", "targets: { default: { tags: [latest] }, prod: { tags: [prod-latest, prod] } }"]);
    const { code, stderr } = await run("promote", "--sha", sha);
    expect(code, stderr).toBe(0);
    expect(images.map((image) => world.tag(image, "prod"))).toEqual(candidates(1));
    const refs = await world.repository.git("for-each-ref", "--format=%(refname)", "refs/lateen");
    expect(refs.trim().split("\n")).toEqual(expect.arrayContaining(["refs/lateen/latest", "refs/lateen/prod"]));
  });

  test("is partial where a tag does not settle, and reconcile repairs it", async () => {
    configure(["settle: 2s", "settle: 500ms"]);
    const end = world.registry.misbehave({
      when: ({ method, path }) => method === "PUT" && path === `/v2/${images[1]}/manifests/latest`,
      fault: { kind: "answer", status: 503 },
    });
    const ran = await run("promote", "--sha", sha);
    end();
    expect([ran.code, ran.document.outcome], ran.stderr).toEqual([6, "partial"]);
    expect(ran.stderr).toContain("lateen reconcile");
    const repaired = await run("reconcile");
    expect([repaired.code, repaired.document.outcome, latest()], repaired.stderr).toEqual([0, "ok", candidates(1)]);
  });

  test("is guarded by supersession only where the section stands, by the kill switch always", async () => {
    expect((await run("promote", "--sha", old, "--detailed-exitcode")).document.outcome).not.toBe("superseded");
    configure([/^killSwitch/m, "supersession: {}\nkillSwitch"]);
    expect((await run("promote", "--sha", old, "--detailed-exitcode")).code).toBe(11);
    world.forge.setVariable("DEPLOY_DISABLED", "1");
    expect((await run("promote", "--sha", sha, "--detailed-exitcode")).code).toBe(12);
  });
});

describe("ship", () => {
  test("misses a token before it asks or waits for anything", async () => {
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "pending" });
    for (const name of ["GITEA_TOKEN", "CP_TOKEN"]) {
      const ran = await world.lateen(["ship", "--sha", sha, "--json"], { env: { [name]: "" } });
      expect([ran.code, JSON.stringify(ran.json())]).toEqual([7, expect.stringContaining(name)]);
    }
    expect([world.forge.requests, world.registry.requests, world.plane.requests]).toEqual([[], [], []]);
  });

  test("looks at the kill switch first where no gate is configured", async () => {
    configure([/^gate: .*\n/m, ""]);
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    const { code, document } = await run("ship", "--sha", sha);
    expect([code, document.outcome]).toEqual([0, "held"]);
    expect([world.registry.requests, world.plane.requests]).toEqual([[], []]);
  });

  test("with a fleet alone resolves the candidates before it moves anybody", async () => {
    configure([/^promote: .*\n/m, ""]);
    const half = await world.release({ images: [images[0]] });
    const { code, document } = await run("ship", "--sha", half);
    expect([code, document.outcome, document.reason.includes(images[1]), moves()]).toEqual([3, "refused", true, []]);
    world.registry.misbehave({ when: () => true, fault: { kind: "answer", status: 503 } });
    const unread = await world.lateen(["ship", "--sha", half, "--json"], { haste: 100 });
    expect([unread.code, moves()], unread.stderr).toEqual([4, []]);
  });

  test("leaves out the stages that are not configured", async () => {
    configure([/^fleet:\n(?: .*\n)+/m, ""]);
    const promoted = await run("ship", "--sha", sha);
    expect([promoted.code, promoted.document.outcome, latest(), moves()], promoted.stderr).toEqual([
      0,
      "shipped",
      candidates(1),
      [],
    ]);
    configure([/^fleet:\n(?: .*\n)+/m, ""], [/^promote: .*\n/m, ""]);
    expect((await run("ship", "--sha", sha)).code, "nothing is left to ship").toBe(2);
  });

  test("gives way to a newer commit also where nothing but the forge is configured for it", async () => {
    const newer = await world.release();
    const { code, document } = await run("ship", "--sha", sha, "--detailed-exitcode");
    expect([code, document["supersededBy"], moves()]).toEqual([11, newer, []]);
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
