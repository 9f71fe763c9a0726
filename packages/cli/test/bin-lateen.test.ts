import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, startWorld, type World } from "./world.ts";

// `bin/lateen` as another repository drives it: a process, its exit code, its streams, its result file.

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeAll(async () => {
  world = await startWorld();
  [old = "", sha = ""] = world.commits;
});
afterAll(() => world.close());

const image = (rest: string): string => `${world.registry.host}/${images[0]}:${rest}`;
const candidate = (): string => image(`staging-${sha.slice(0, 7)}`);

/** Commands that load most of the program: the source of these is started, by `bin/lateen`, and of the others its bundle. */
const fromSource: ReadonlySet<string | undefined> = new Set(["plan", "ship"]);

// In this order: each row builds on what the rows before have done to the world.
const rows: readonly [argv: () => readonly string[], exit: number, outcome: string][] = [
  [() => ["gate", "--sha", sha], 0, "open"],
  [() => ["gate", "--sha", sha, "--wait"], 0, "open"],
  [() => ["superseded", "--sha", old], 0, "superseded"],
  [() => ["superseded", "--sha", sha], 10, "latest"],
  [() => ["inspect", candidate()], 0, "ok"],
  [() => ["inspect", image("nope")], 3, "refused"],
  [() => ["plan", "--sha", sha], 0, "planned"],
  [() => ["plan", "--sha", sha, "--detailed-exitcode"], 13, "planned"],
  [() => ["ship", "--sha", old, "--detailed-exitcode"], 11, "superseded"],
  [() => ["verify", "--sha", sha], 3, "refused"],
  [() => ["retag", candidate(), "try"], 0, "ok"],
  [() => ["retag", candidate(), "try"], 0, "unchanged"],
  [() => ["rollout", "--sha", sha, "--only", "canary-a"], 0, "shipped"],
  [() => ["rollout", "--sha", sha], 0, "shipped"],
  [() => ["verify", "--sha", sha], 0, "ok"],
  [() => ["promote", "--sha", sha], 0, "shipped"],
  [() => ["promote", "--sha", sha], 0, "unchanged"],
  [() => ["ship", "--sha", sha], 0, "unchanged"],
  [() => ["reconcile"], 0, "unchanged"],
  [() => ["status", "--fail-on-drift"], 0, "ok"],
  [() => ["ship", "--sha", "not-a-sha"], 2, "error"],
];

describe("bin/lateen", () => {
  test.each(rows.map(([argv, exit, outcome], index) => [index + 1, outcome, exit, argv] as const))(
    "step %i ends %s with exit %i, one document on standard output and the same in the result file",
    async (_, outcome, exit, argv) => {
      const from = fromSource.has(argv()[0]) ? "source" : "bundle";
      const ran = await world.start([...argv(), "--json", "--result-file", "result.json"], {}, from).ended;
      expect(ran.code, `${argv().join(" ")}\n${ran.stderr}`).toBe(exit);
      const document = JSON.parse(ran.stdout) as unknown;
      expect(document).toMatchObject({ schemaVersion: 1, command: argv()[0], outcome });
      expect(JSON.parse(world.folder.read("result.json"))).toEqual(document);
    },
  );

  test("left the world as it says", () => {
    expect(images.map((name) => world.tag(name, "latest"))).toEqual(images.map((name) => world.digest(name, 1)));
    expect(world.tenants.slugs().every((slug) => world.tenants.get(slug).sha === sha)).toBe(true);
  });

  test("says what it does on standard error, and only the answer on standard output", async () => {
    const ran = await world.start(["superseded", "--sha", old]).ended;
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 0, stdout: `${sha}\n` });
    const quiet = await world.start(["verify", "--sha", sha, "-q"]).ended;
    expect({ code: quiet.code, stderr: quiet.stderr }).toEqual({ code: 0, stderr: "" });
  });
});
