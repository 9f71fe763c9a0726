import { seedImage } from "@lateen/registry/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, type World } from "./world.ts";

// Everything that stops `lateen promote`: with the right exit code, nothing half-done, and the same in a dry run.

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeEach(async () => {
  world = await startWorld({ size: 1 });
  [old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

const latest = (): (string | undefined)[] => images.map((image) => world.tag(image, "latest"));
const candidates = (commit: number): string[] => images.map((image) => world.digest(image, commit));
const promote = (...argv: string[]): Promise<Ran> => world.lateen(["promote", "--sha", sha, "--json", ...argv]);

/** Runs it dry and in earnest: the same answer, and nothing was written by either. */
async function expectStop(code: number, outcome: string, reason: RegExp): Promise<void> {
  const before = [latest(), await world.ledger()];
  for (const argv of [["--dry-run"], []]) {
    const ran = await promote(...argv);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code, outcome });
    expect(JSON.stringify(ran.json())).toMatch(reason);
    expect([latest(), await world.ledger()]).toEqual(before);
  }
}

describe("promote is refused", () => {
  test("where one of two images lacks the candidate", async () => {
    sha = await world.release({ images: [images[0]] });
    await expectStop(3, "refused", /platform-tenant:staging-[0-9a-f]{7} does not exist/);
  });

  test("where a candidate was built from another commit", async () => {
    const tags = [`staging-${sha.slice(0, 7)}`];
    await seedImage(world.registry, { repository: images[1], tags, revision: old, content: "wrong" });
    await expectStop(3, "refused", /built from something else/);
  });

  test("where a newer release was promoted", async () => {
    expect((await promote()).json().outcome).toBe("shipped");
    sha = old;
    await expectStop(3, "refused", /is behind the ledger's newest release/);
  });

  test("where one tag is ahead, whatever the other names", async () => {
    await world.release();
    world.registry.store.setTag(images[1], "latest", world.digest(images[1], 2));
    await expectStop(3, "refused", /is behind .*platform-tenant:latest/);
  });

  test("where a tag names an image that states no revision, unless that is waived", async () => {
    await seedImage(world.registry, { repository: images[0], tags: ["latest"], content: "legacy" });
    await expectStop(3, "refused", /states no revision/);
    const ran = await promote("--override", "unlabelled=it is from before the labels");
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(await world.ledger()).toContain("Override: unlabelled because it is from before the labels");
  });

  test("where it was rolled back from, until it is waived", async () => {
    await world.repository.setRef("refs/heads/main", sha);
    sha = old;
    expect((await promote()).json().outcome).toBe("unchanged");
    [, sha = ""] = world.commits;
    expect((await promote()).json().outcome).toBe("shipped");
    world.configure((text) => text.replace(/^fleet:\n(?: .*\n)*/m, ""));
    const back = await world.lateen(["rollback", "--reason", "checkout fails", "--json"]);
    expect({ code: back.code, outcome: back.json().outcome }, back.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(latest()).toEqual(candidates(0));
    await expectStop(3, "refused", /--override rollback-hold=REASON/);
    expect((await promote("--override", "rollback-hold=it was the network")).json().outcome).toBe("shipped");
  });
});

describe("promote ends", () => {
  test("with exit 7, where the registry may not be written", async () => {
    const fault = { kind: "answer", status: 403, body: '{"errors":[{"code":"DENIED"}]}' } as const;
    world.registry.misbehave({
      when: ({ method, path }) => method === "POST" && path.includes(`${images[1]}/blobs/uploads`),
      fault,
    });
    const ran = await promote();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 7, outcome: "error" });
    expect({ latest: latest(), ledger: await world.ledger() }).toEqual({ latest: candidates(0), ledger: "" });
  });

  test("with exit 4, where the ledger cannot be reached", async () => {
    world.configure((text) => text.replace(world.repository.path, "/nowhere/core.git"));
    await expectStop(4, "unknown", /ledger could not be read/);
  });

  test("[ledger-foreign] with exit 4, where something else wrote to the ledger", async () => {
    await world.repository.setRef("refs/lateen/latest", old);
    await expectStop(4, "unknown", /look at it with git log/);
  });

  test.each(["latest", "next"])("with all tags or none, where the target of %s is refused", async (tag) => {
    world.configure((text) =>
      text.replace("promote: { tags: [latest]", "promote: { tags: [latest], targets: { next: { tags: [next] } }"),
    );
    await seedImage(world.registry, { repository: images[0], tags: [tag], content: "legacy" });
    const all = (): unknown => images.map((image) => [world.tag(image, "latest"), world.tag(image, "next")]);
    const before = all();
    await expectStop(3, "refused", /states no revision/);
    expect(all()).toEqual(before);
    expect(await world.repository.git("for-each-ref", "refs/lateen")).toBe("");
  });

  test("held, where the kill switch is armed while everything is prepared", async () => {
    const before = latest();
    world.registry.misbehave({
      when({ method, path }) {
        if (method === "POST" && path.includes("/blobs/uploads")) world.forge.setVariable("DEPLOY_DISABLED", "true");
        return false;
      },
      fault: { kind: "answer", status: 500 },
    });
    const ran = await promote();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "held" });
    expect({ latest: latest(), ledger: await world.ledger() }).toEqual({ latest: before, ledger: "" });
  });

  test("partial, with every other target promoted, where one of several does not settle", async () => {
    world.configure((text) =>
      text
        .replace("promote: { tags: [latest]", "promote: { tags: [latest], targets: { next: { tags: [next] } }")
        .replace("settle: 2s", "settle: 50ms"),
    );
    const unwritable = world.registry.misbehave({
      when: ({ method, path }) => method === "PUT" && path.endsWith(`${images[0]}/manifests/latest`),
      fault: { kind: "answer", status: 404 },
    });
    const ran = await promote();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 6, outcome: "partial" });
    expect(images.map((image) => world.tag(image, "next"))).toEqual(candidates(1));
    // The other way round: reconcile repairs what it can, whatever is wrong with the target before it.
    for (const image of images) world.registry.store.setTag(image, "next", world.digest(image, 0));
    const repaired = await world.lateen(["reconcile", "--json"]);
    expect({ code: repaired.code, outcome: repaired.json().outcome }, repaired.stderr).toEqual({
      code: 6,
      outcome: "partial",
    });
    expect(images.map((image) => world.tag(image, "next"))).toEqual(candidates(1));
    unwritable();
    // Nor whatever is wrong with the ledger before it.
    for (const image of images) world.registry.store.setTag(image, "next", world.digest(image, 0));
    const entry = (await world.repository.git("rev-parse", "refs/lateen/latest")).trim();
    await world.repository.setRef("refs/lateen/latest", old);
    const foreign = await world.lateen(["reconcile", "--json"]);
    expect({ code: foreign.code, outcome: foreign.json().outcome }, foreign.stderr).toEqual({
      code: 4,
      outcome: "unknown",
    });
    expect(foreign.json()["targets"]).toMatchObject([
      { name: "default", state: "unknown", committed: false },
      { name: "next", state: "shipped", committed: true, ledger: { position: 1 } },
    ]);
    expect(images.map((image) => world.tag(image, "next"))).toEqual(candidates(1));
    await world.repository.setRef("refs/lateen/latest", entry);
    expect((await world.lateen(["reconcile", "--json"])).json().outcome).toBe("ok");
    expect(latest()).toEqual(candidates(1));
  });

  test("shipped, with a ledger for each of several targets", async () => {
    world.configure((text) =>
      text.replace("promote: { tags: [latest]", "promote: { tags: [latest], targets: { next: { tags: [next] } }"),
    );
    const ran = await promote();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(images.map((image) => world.tag(image, "next"))).toEqual(candidates(1));
    expect(await world.repository.git("log", "--format=%s", "refs/lateen/next")).toMatch(/\(next\) by octavia/);
    expect((await promote()).json().outcome).toBe("unchanged");
  });

  test("shipped, with what one registry lacks copied from its sibling", async () => {
    const mirror = "mirror/platform-tenant";
    world.configure((text) => text.replace("images: [", `images: ["${world.registry.host}/${mirror}", `));
    const ran = await promote();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(world.tag(mirror, "latest")).toBe(world.digest(images[1], 1));
  });
});
