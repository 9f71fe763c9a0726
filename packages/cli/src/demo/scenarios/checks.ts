import { startPrometheus } from "@lateen/fleet/testing";
import { ends, latestIs, that } from "../outcomes.ts";
import type { Check, Scenario, Stage } from "../scenario.ts";

type Evaluate = (
  query: string,
  runs: (slug: string) => boolean,
) => ReturnType<NonNullable<Parameters<typeof startPrometheus>[0]>["evaluate"]>;

/** Plays a ship of the last commit with one check over a Prometheus that sees what the tenants run. */
async function shipChecked(
  { world, lateen }: Stage,
  check: (url: string) => string,
  evaluate: Evaluate,
): Promise<{
  readonly ran: Awaited<ReturnType<Stage["lateen"]>>;
  readonly moved: readonly string[];
  readonly checks: readonly Check[];
}> {
  const [base = "", sha = ""] = world.commits;
  const runs = (slug: string): boolean => world.tenants.get(slug).sha === sha;
  const evaluated = { evaluate: (query: string) => evaluate(query, runs), clock: world.clock };
  const { url } = world.adopt(await startPrometheus(evaluated));
  await world.configure((text) => text.replace("fleet:\n", `fleet:\n  checks:\n    - ${check(url)}\n`));
  const ran = await lateen(["ship", "--sha", sha]);
  const moved = world.plane.moves().flat();
  return { ran, moved, checks: [ends(ran, "halted", 5), latestIs(world, base)] };
}

const query = "sum(rate(http_errors[1m]))";
const verdictIs = (
  ran: {
    readonly document?:
      | { readonly fleet?: { readonly checks?: readonly { readonly verdict: string }[] | undefined } | undefined }
      | undefined;
  },
  verdict: string,
): Check =>
  that(
    `the check is ${verdict}, in the result`,
    ran.document?.fleet?.checks?.some((one) => one.verdict === verdict) === true,
  );

/** The right commit, and its users get errors. */
export const canaryIsSick: Scenario = {
  name: "canary-is-sick",
  title: "a canary that runs the right commit and fails its users",
  before:
    "The canary answered with the right commit, so the rest of the fleet followed; the errors were seen by the users first.",
  now: "A query with a limit is looked at while the canary soaks. It is above the limit, so the rollout halts after one tenant.",
  async play(stage) {
    stage.say("The canary will answer with the right commit, and every second request of its users will fail.");
    const check = (url: string): string =>
      `{ name: errors, at: soak, every: 20ms, samples: 3, prometheus: { url: "${url}", query: "${query}", below: 0.01 } }`;
    const sick: Evaluate = (_, runs) => [{ value: runs("canary-a") ? 0.5 : 0.001 }];
    const { ran, moved, checks } = await shipChecked(stage, check, sick);
    return [...checks, that("one tenant was moved", moved.length === 1), verdictIs(ran, "failed")];
  },
};

/** A query that finds nothing. */
export const noData: Scenario = {
  name: "no-data",
  title: "a query that answers with no data",
  before:
    "A metric had been renamed. The query found nothing, nothing is not above a limit, and the analysis was successful.",
  now: "No data is unknown. It is waited out until the timeout of the check, and then the rollout halts: unknown never passes.",
  async play(stage) {
    stage.say("The metric was renamed: the query answers with an empty vector.");
    const check = (url: string): string =>
      `{ name: errors, at: canary, every: 50ms, timeout: 500ms, prometheus: { url: "${url}", query: "${query}", below: 0.01 } }`;
    const { ran, moved, checks } = await shipChecked(stage, check, () => []);
    return [...checks, that("one tenant was moved", moved.length === 1), verdictIs(ran, "unknown")];
  },
};

/** Half as many errors again, below every limit. */
export const slowBurn: Scenario = {
  name: "slow-burn",
  title: "a release fails a little more often, below every limit",
  before:
    "Every limit was kept: 4 % of requests fail by day anyway. That it were 6 % on the new release was found a week later.",
  now: "Moved tenants are compared with those that are not moved yet, by a test that may be read at any time. It stops in the soak of the canary.",
  async play(stage) {
    stage.say("4 % of requests fail on the old release, 6 % on the new one.");
    await stage.world.configure((text) => text);
    const check = (url: string): string =>
      `{ name: worse, at: soak, for: 3s, prometheus: { url: "${url}", failures: "sum by (slug) (increase(errors[50ms]))", trials: "sum by (slug) (increase(requests[50ms]))" }, regression: { alpha: 0.01 } }`;
    const counts: Evaluate = (asked, runs) =>
      stage.world.tenants.slugs().map((slug) => ({
        labels: { slug },
        value: asked.includes("errors") ? (runs(slug) ? 60 : 40) : 1_000,
      }));
    const { ran, moved, checks } = await shipChecked(stage, check, counts);
    return [...checks, that("one tenant was moved", moved.length === 1), verdictIs(ran, "failed")];
  },
};
