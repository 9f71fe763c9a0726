import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RealPrometheus, startRealPrometheus } from "../../fleet/test/prometheus-server.ts";
import { startWorld, type World } from "./world.ts";

const program = process.env["LATEEN_REAL_PROMETHEUS"];

interface Answer {
  readonly outcome: string;
  readonly fleet?: {
    readonly checks?: readonly { readonly name: string; readonly verdict: string; readonly reason: string }[];
  };
}

// A Prometheus that we did not write scrapes the tenants, whose users fail or do not; the rollout reads nothing else of them.
describe.skipIf(program === undefined)("ship over a real Prometheus that scrapes the tenants", () => {
  let world: World;
  let prometheus: RealPrometheus;
  let failing = "";
  beforeAll(async () => {
    world = await startWorld({ commits: 3, failing: (_, sha) => (sha === failing ? 0.2 : 0.01) });
    const targets = world.tenants.slugs().map((job) => ({ job, url: `${world.tenants.url}/${job}/metrics` }));
    prometheus = await startRealPrometheus(program ?? "", targets);
    const ratio = "sum(rate(http_errors[5s])) / sum(rate(requests[5s]))";
    const [failures, trials] = ["errors", "requests"].map((name) => `sum by (slug) (increase(${name}[3s]))`);
    world.configure((text) =>
      text
        .replace(/soak: \S+/, "soak: 8s")
        .replace(/batch: 3/, "waves: [1, 5]")
        .replace(
          "fleet:\n",
          `fleet:\n  checks:\n` +
            `    - { name: errors, at: soak, every: 1s, for: soak, prometheus: { url: "${prometheus.url}", query: "${ratio}", below: 0.03 } }\n` +
            `    - { name: worse, at: [soak], for: 6s, prometheus: { failures: "${failures}", trials: "${trials}" }, regression: { alpha: 0.01 } }\n`,
        ),
    );
    // A rate needs two scrapes, and the last wave is compared with what there is of its hour before.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
  }, 60_000);
  afterAll(async () => {
    await world.close();
    await prometheus.close();
  });

  const ship = async (sha = "") => {
    const ran = await world.lateen(["ship", "--sha", sha, "--json"]);
    return { ...ran, answer: ran.json() as unknown as Answer };
  };

  test("a canary that runs the right commit and fails its users halts it, and no other tenant is moved", async () => {
    failing = world.commits[2] ?? "";
    const { code, answer, stderr } = await ship(failing);
    expect({ code, moves: world.plane.moves() }, stderr).toEqual({ code: 5, moves: [["canary-a"]] });
    expect(
      answer.fleet?.checks?.some(({ verdict }) => verdict === "failed"),
      stderr,
    ).toBe(true);
  }, 60_000);

  test("the same line ships once its users fare as those of the others, and says what it could not exclude", async () => {
    failing = "";
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    const { code, answer, stderr } = await ship(world.commits[2]);
    expect(code, stderr).toBe(0);
    expect(answer.fleet?.checks?.every(({ verdict }) => verdict === "passed")).toBe(true);
    const worse = answer.fleet?.checks?.filter(({ name }) => name === "worse") ?? [];
    expect(worse[0]?.reason).toMatch(/no regression found; rules out more than \+[\d.]+ % errors .* at 99 %/);
  }, 120_000);
});
