import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

let world: World;
let [old, sha] = ["", ""];
beforeEach(async () => {
  world = await startWorld({ size: 3 });
  [old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

/** Environments of one fleet each; `fleet` is what each of them says of its own. */
const withEnvironments = (fleet: string, mirror = "") =>
  world.configure((text) =>
    text
      .replace("  batch: 3\n", `  batch: 3\n${mirror}`)
      .concat(`environments: { eu: { fleet: { ${fleet} } }, us: { fleet: { ${fleet} } } }\n`),
  );
const run = async (...argv: readonly string[]) => {
  const ran = await world.lateen([...argv, "--json"]);
  return { code: ran.code, document: ran.json() };
};

describe("two environments that share a folder", () => {
  const shared = "journal: shared";

  test("a finished rollout of one is not resumed in the other, and nothing is moved", async () => {
    withEnvironments(shared);
    expect((await run("rollout", "--sha", sha, "--env", "eu")).code).toBe(0);
    for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha: old });
    const before = world.plane.moves().length;
    const { code, document } = await run("rollout", "--resume", "--env", "us");
    expect({ code, outcome: document.outcome, stop: document.code }).toEqual({
      code: 3,
      outcome: "refused",
      stop: "JOURNAL_OTHER_FLEET",
    });
    expect(document.reason).toMatch(/environment eu.*not for environment us/);
    expect(world.plane.moves()).toHaveLength(before);
    expect((await run("rollout", "--sha", sha, "--env", "us")).code).toBe(0);
  });

  test("an unfinished rollout of one is neither continued nor given up by the other", async () => {
    world.configure((text) =>
      text
        .replace(/soak: \w+/, "soak: 60s")
        .concat(`environments: { eu: { fleet: { ${shared} } }, us: { fleet: { ${shared} } } }\n`),
    );
    const killed = world.start(["rollout", "--sha", sha, "--env", "eu", "--yes"]);
    await killed.says("soaks until");
    killed.kill("SIGKILL");
    await killed.ended;
    const before = world.plane.moves().length;
    for (const argv of [["--resume"], ["--sha", sha], ["--abandon"]]) {
      const { code, document } = await run("rollout", ...argv, "--env", "us");
      expect({ argv, code, stop: document.code }).toEqual({ argv, code: 3, stop: "JOURNAL_OTHER_FLEET" });
      expect(document.reason).toMatch(/environment eu.*not for environment us.*--abandon --env eu/);
    }
    expect(world.plane.moves()).toHaveLength(before);
    expect((await run("rollout", "--abandon", "--env", "eu")).code).toBe(0);
  });
});

describe("mirrors in one repository", () => {
  const refs = async () =>
    (await world.repository.git("for-each-ref", "--format=%(refname)", "refs/lateen")).split("\n");

  test("every environment has a ref of its own, and the fleet without one too", async () => {
    withEnvironments("", `  mirror: { remote: "${world.repository.path}" }\n`);
    for (const argv of [[], ["--env", "eu"], ["--env", "us"]])
      expect(await run("rollout", "--sha", sha, ...argv)).toMatchObject({ code: 0 });
    for (const name of ["default", "eu", "us"]) expect(await refs()).toContain(`refs/lateen/rollout/${name}`);
  });

  test("the ref of an earlier version is continued by the fleet without an environment, and named to others", async () => {
    const mirror = `  mirror: { remote: "${world.repository.path}", ref: refs/lateen/rollout }\n`;
    world.configure((text) => text.replace("  batch: 3\n", `  batch: 3\n${mirror}`));
    expect((await run("rollout", "--sha", sha)).code).toBe(0);
    expect(await refs()).toContain("refs/lateen/rollout");
    withEnvironments("", `  mirror: { remote: "${world.repository.path}" }\n`);
    expect((await run("rollout", "--sha", sha)).code).toBe(0);
    expect(await refs()).not.toContain("refs/lateen/rollout/default");
    const { code, document } = await run("rollout", "--sha", sha, "--env", "eu");
    expect({ code, reason: document.reason }).toEqual({
      code: 4,
      reason: expect.stringMatching(/refs\/lateen\/rollout of an earlier version is in the way/),
    });
  });
});
