import { seedImage, startRegistry } from "@lateen/registry/testing";
import { describe, expect, test } from "vitest";
import { world, old, sha, run, configure, latest, candidates, useContractWorld } from "./contract-world.ts";
import { images, tokens } from "./world.ts";

useContractWorld();

describe("promote", () => {
  test("[shipped] moves all tags by one entry, then has nothing to do", async () => {
    const { code, document, stderr } = await run("promote", "--sha", sha);
    expect({ code, outcome: document.outcome, latest: latest() }, stderr).toEqual({
      code: 0,
      outcome: "shipped",
      latest: candidates(1),
    });
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
    expect({ code: waived.code, latest: latest() }, waived.stderr).toEqual({ code: 0, latest: candidates(0) });
    expect(await world.ledger()).toContain("on purpose");
  });

  test("goes by GET where a registry answers 404 to HEAD: forward at once, and never backwards", async () => {
    world.registry.misbehave({
      when: ({ method, path }) => method === "HEAD" && path.includes("/manifests/"),
      fault: { kind: "answer", status: 404 },
    });
    const forward = await run("promote", "--sha", sha);
    expect({ code: forward.code, latest: latest() }, forward.stderr).toEqual({ code: 0, latest: candidates(1) });
    expect(forward.document.images.map(({ tags }) => tags.map(({ action }) => action))).toEqual(
      images.map(() => ["moved"]),
    );
    await world.repository.git("update-ref", "-d", "refs/lateen/latest");
    // Without a ledger only the tags say that this would be backwards.
    expect((await run("promote", "--sha", old)).code).toBe(3);
    expect(latest()).toEqual(candidates(1));
  });

  test("gives each promoted digest a tag of its own, which later promotions leave alone", async () => {
    const pin = `release-${sha.slice(0, 12)}`;
    await run("promote", "--sha", sha, "--dry-run");
    expect(images.map((image) => world.tag(image, pin))).toEqual(images.map(() => undefined));
    const { document } = await run("promote", "--sha", sha);
    expect(images.map((image) => world.tag(image, pin))).toEqual(candidates(1));
    expect(document.images[0]).toMatchObject({ pin: { tag: pin, action: "created" } });
    configure(["tags: [latest]", "tags: [latest], pin: false"]);
    const newer = await world.release();
    expect((await run("promote", "--sha", newer)).code).toBe(0);
    expect(images.map((image) => world.tag(image, pin))).toEqual(candidates(1));
    expect(images.map((image) => world.tag(image, `release-${newer.slice(0, 12)}`))).toEqual(
      images.map(() => undefined),
    );
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
    expect({ code, latest: latest() }, stderr).toEqual({ code: 0, latest: candidates(1) });
  });

  test("with a label that cannot be read is unknown, not unlabelled", async () => {
    configure(["tags: [latest]", "tags: [latest], allowUnlabelled: true"]);
    world.registry.misbehave({ when: ({ path }) => path.includes("/blobs/"), fault: { kind: "answer", status: 500 } });
    const ran = await world.lateen(["promote", "--sha", sha, "--json"], { haste: 100 });
    expect({ code: ran.code, outcome: ran.json().outcome, latest: latest() }, ran.stderr).toEqual({
      code: 4,
      outcome: "unknown",
      latest: candidates(0),
    });
  });

  test("with a password that may only read is exit 7 before anything moves", async () => {
    const parseOnly = await startRegistry({
      auth: { users: { ci: { password: tokens.REGISTRY_PASSWORD, access: "pull" } } },
    });
    for (const image of images) {
      await seedImage(parseOnly, { repository: image, tags: [`staging-${sha.slice(0, 7)}`], revision: sha });
      await seedImage(parseOnly, { repository: image, tags: ["latest"], revision: old });
    }
    world.configure((text) => text.replaceAll(world.registry.host, parseOnly.host));
    const ran = await run("promote", "--sha", sha);
    await parseOnly.close();
    expect({ code: ran.code, ledger: await world.ledger() }, ran.stderr).toEqual({ code: 7, ledger: "" });
  });

  test("copies a candidate that one registry lacks where a sibling has the very bytes", async () => {
    const other = await startRegistry();
    configure([/images: \[(.*)\]/, `images: [$1, "${other.host}/mirror/platform-tenant"]`]);
    const { code, document, stderr } = await run("promote", "--sha", sha);
    const mirrored = other.store.tag("mirror/platform-tenant", "latest");
    await other.close();
    // No repository of the same image has it: `platform-tenant` of the other registry may be the sibling.
    expect({ code, outcome: document.outcome, mirrored }, stderr).toEqual({
      code: 0,
      outcome: "shipped",
      mirrored: candidates(1)[1],
    });
  });

  test("moves several targets, each by its own tags and ref", async () => {
    configure(["tags: [latest]", "targets: { default: { tags: [latest] }, prod: { tags: [prod-latest, prod] } }"]);
    const { code, stderr } = await run("promote", "--sha", sha);
    expect(code, stderr).toBe(0);
    expect(images.map((image) => world.tag(image, "prod"))).toEqual(candidates(1));
    const refs = await world.repository.git("for-each-ref", "--format=%(refname)", "refs/lateen");
    expect(refs.trim().split("\n")).toEqual(expect.arrayContaining(["refs/lateen/latest", "refs/lateen/prod"]));
  });

  test("[partial] is partial where a tag does not settle, and reconcile repairs it", async () => {
    configure(["settle: 2s", "settle: 500ms"]);
    const end = world.registry.misbehave({
      when: ({ method, path }) => method === "PUT" && path === `/v2/${images[1]}/manifests/latest`,
      fault: { kind: "answer", status: 503 },
    });
    const ran = await run("promote", "--sha", sha);
    end();
    expect({ code: ran.code, outcome: ran.document.outcome }, ran.stderr).toEqual({ code: 6, outcome: "partial" });
    expect(ran.stderr).toContain("lateen reconcile");
    const repaired = await run("reconcile");
    expect({ code: repaired.code, outcome: repaired.document.outcome, latest: latest() }, repaired.stderr).toEqual({
      code: 0,
      outcome: "ok",
      latest: candidates(1),
    });
  });

  test("is guarded by supersession only if configured, by the kill switch always", async () => {
    expect((await run("promote", "--sha", old, "--detailed-exitcode")).document.outcome).not.toBe("superseded");
    configure([/^killSwitch/m, "supersession: {}\nkillSwitch"]);
    expect((await run("promote", "--sha", old, "--detailed-exitcode")).code).toBe(11);
    world.forge.setVariable("DEPLOY_DISABLED", "1");
    expect((await run("promote", "--sha", sha, "--detailed-exitcode")).code).toBe(12);
  });
});
