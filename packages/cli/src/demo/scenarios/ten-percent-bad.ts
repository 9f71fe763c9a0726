import { startPrometheus } from "@lateen/fleet/testing";
import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Check, Scenario, Stage } from "../scenario.ts";

const size = 40;
const waves = "waves: [1, 4, 25%]";
const query = "sum(rate(http_errors[1m])) / sum(rate(http_requests[1m]))";

/** One tenant in ten breaks under the release. */
export const tenPercentBad: Scenario = {
  name: "ten-percent-bad",
  title: "a release under which one tenant in ten breaks",
  before:
    "The tolerance was per batch and summed up at the end: with one failure in each batch all of them went on, every tenant was rolled, and then the job said that more had failed than was allowed.",
  now: "The budget is one for the whole rollout, waves grow with what the evidence allows, and after each of them the bound on the failure rate is printed. The first tenant beyond the budget halts it, and with a check of the error rate so does the first one that comes up and fails its users.",
  world: { size, configure: (text) => text.replace(/batch: .*/, waves) },
  async play(stage) {
    const { world } = stage;
    const [base = ""] = world.commits;
    const bad = world.tenants.slugs().filter((_, index) => index % 10 === 7);
    const broken = await shipBroken(stage, bad);
    const failing = await shipFailing(stage, bad);
    return [...broken, ...failing, latestIs(world, base), await ledgerIs(world)];
  },
};

/** The bad tenants do not come up again, which the proof sees. */
async function shipBroken({ world, lateen, say }: Stage, bad: readonly string[]): Promise<readonly Check[]> {
  say(`${size} tenants; ${bad.join(", ")} will not come up again under this release. ${waves}.`);
  for (const slug of bad) world.plane.treat(slug, "breaks");
  const ran = await lateen(["ship", "--sha", world.commits.at(-1) ?? ""]);
  const moved = world.plane.moves().flat();
  const hurt = bad.filter((slug) => moved.includes(slug));
  const { fleet } = ran.document ?? {};
  return [
    ends(ran, "halted", 5),
    that(
      `${moved.length} of ${size} tenants were moved, ${hurt.length} of ${bad.length} hurt`,
      hurt.length < bad.length && moved.length <= size / 2,
    ),
    that(
      "the result names who was hurt",
      hurt.every((slug) => [...(fleet?.stragglers ?? []), ...(fleet?.unknown ?? [])].includes(slug)),
    ),
    that("the result accounts for all of them", fleet?.enumerated === size && fleet.tenants.length === size),
    that("the bound was printed", ran.progress.includes("failure rate is below")),
  ];
}

/** The bad tenants come up with the right commit and fail their users, which only a check sees. */
async function shipFailing({ world, lateen, say }: Stage, bad: readonly string[]): Promise<readonly Check[]> {
  const [base = "", sha = ""] = world.commits;
  for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha: base, manner: "well" });
  for (const slug of bad) world.plane.treat(slug, undefined);
  await lateen(["rollout", "--abandon"]);
  say(
    "All are back on the old release. Now the same tenants will come up with the right commit, and fail their users.",
  );
  const hurt = (): readonly string[] => bad.filter((slug) => world.tenants.get(slug).sha === sha);
  const prometheus = world.adopt(
    await startPrometheus({ evaluate: () => [{ value: hurt().length / size }], clock: world.clock }),
  );
  const check = `{ name: errors, at: [canary, wave], prometheus: { url: "${prometheus.url}", query: "${query}", below: 0.01 } }`;
  await world.configure((text) =>
    text.replace(/batch: .*/, waves).replace("fleet:\n", `fleet:\n  checks:\n    - ${check}\n`),
  );
  const ran = await lateen(["ship", "--sha", sha]);
  return [
    ends(ran, "halted", 5),
    that(`with errors checked, ${hurt().length} of ${bad.length} is hurt`, hurt().length === 1),
    that("the check is what halted it", ran.document?.reason?.includes("check errors failed") === true),
  ];
}
