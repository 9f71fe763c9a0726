import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../src/commands/commands.table.ts";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, tokens, type World } from "./world.ts";

// Every command as a step of a job, in a world in which everybody says something hostile.

const hostile = `::error::owned\r\n::set-output name=outcome::shipped\n##[group]z %0A \u001b[31mred ${"y".repeat(1_000_000)}`;

let world: World;
beforeAll(async () => {
  world = await startWorld({ size: 4, commits: 3 });
  for (const sha of world.commits)
    world.forge.setStatus({ sha, context: "Another (push)", state: "failure", description: hostile });
  world.configure((text) => text.replace('"CI / all-required (push)"', '"CI / all-required (push)", "Another (push)"'));
  world.plane.meet({ kind: "complains", error: hostile });
  await world.lateen(["ship", "--sha", world.commits[2] ?? "", "--override", "Another (push)=x", "--result-file", "r"]);
});
afterAll(() => world.close());

const sha = (): string => world.commits[2] ?? "";
const image = (): string => `${world.registry.host}/${images[0]}`;
const lines: Readonly<Record<string, () => readonly string[]>> = {
  watch: () => [],
  history: () => [],
  ship: () => ["--sha", sha()],
  plan: () => ["--sha", sha()],
  gate: () => ["--sha", sha(), "-v"],
  superseded: () => ["--sha", world.commits[0] ?? ""],
  inspect: () => [`${image()}:latest`],
  retag: () => [`${image()}:staging-${sha().slice(0, 7)}`, "other"],
  rollout: () => ["--sha", sha(), "--only", hostile.slice(0, 100)],
  verify: () => ["--sha", sha()],
  promote: () => ["--sha", sha()],
  reconcile: () => [],
  rollback: () => ["--to", world.commits[0] ?? "", "--reason", hostile.slice(0, 2_000)],
  status: () => ["--fail-on-drift"],
  explain: () => [sha()],
  doctor: () => [],
  init: () => ["--forge", hostile.slice(0, 60)],
  "lint-workflow": () => [hostile.slice(0, 60)],
  report: () => ["r", "--out", "r.html"],
  config: () => ["show"],
  hold: () => ["--reason", hostile],
  demo: () => ["--list"],
};

const forges: Readonly<Record<string, () => Record<string, string>>> = {
  GitHub: () => ({ GITHUB_STEP_SUMMARY: world.folder.write("summary", "") }),
  "an old Gitea": () => ({ GITEA_ACTIONS: "true" }),
};

/** The orders to the runner in a log, as it would understand them. */
function ordersIn(log: string): readonly string[] {
  return log.split(/\r\n|\r|\n/).flatMap((line) => /^\s*::([\w-]+)/.exec(line)?.[1] ?? []);
}

function expectHarmless({ stdout, stderr }: Ran): void {
  expect(ordersIn(stdout)).toEqual([]);
  const orders = ordersIn(stderr);
  expect(
    orders.filter((name) => !["add-mask", "group", "endgroup", "warning", "error", "notice"].includes(name)),
  ).toEqual([]);
  for (const kind of ["warning", "error", "notice"])
    expect(orders.filter((name) => name === kind).length).toBeLessThanOrEqual(10);
  const groups = orders.filter((name) => name.endsWith("group"));
  expect(groups).toEqual(groups.map((_, at) => (at % 2 === 0 ? "group" : "endgroup")));
  for (const line of stderr.split("\n"))
    if (/^::(?:warning|error|notice)/.test(line))
      expect(line).toMatch(/^::\w+ title=lateen(?: [\w-]+)?::(?!error::owned)/);
  for (const text of [stdout, stderr]) {
    expect(text).not.toContain("##[");
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    for (const line of text.split("\n")) expect(line.length).toBeLessThan(4_000);
    const unmasked = text.replaceAll(/^::add-mask::.*$/gm, "");
    for (const token of Object.values(tokens)) expect(unmasked).not.toContain(token);
  }
}

test("there is a line for every command that a job can run", () => {
  // One is for shells, the other does not end.
  const names = commands.filter(({ name }) => !["completion", "serve"].includes(name)).map(({ name }) => name);
  expect(Object.keys(lines).toSorted()).toEqual(names.toSorted());
});

describe.each(Object.keys(forges))("a job on %s", (forge) => {
  test.each(Object.keys(lines))("that runs %s is given no orders, its outputs, and a summary", async (command) => {
    const env = { GITHUB_ACTIONS: "true", GITHUB_OUTPUT: world.folder.write("output", ""), ...forges[forge]?.() };
    const ran = await world.lateen([command, ...(lines[command]?.() ?? [])], { env, haste: 10 });
    expectHarmless(ran);
    const outputs = world.folder.read("output").trimEnd().split("\n");
    expect(outputs.map((line) => line.split("=")[0])).toEqual([
      "outcome",
      "proceed",
      "sha",
      "short",
      "superseded-by",
      "stragglers",
      "digests",
    ]);
    expect(() => JSON.parse(outputs[6]?.slice("digests=".length) ?? "") as unknown).not.toThrow();
    const title = `## lateen ${command}: ${outputs[0]?.slice("outcome=".length)}\n`;
    if (forge === "GitHub") {
      expect(world.folder.read("summary").startsWith(title)).toBe(true);
      expect(ran.stderr).not.toContain(title);
    } else expect(`\n${ran.stderr}`).toContain(`\n${title}`);
    // Whatever is no success says so in an annotation, exactly once.
    expect(ordersIn(ran.stderr).filter((name) => name === "error").length).toBe(ran.code > 0 && ran.code < 8 ? 1 : 0);
  });
});
