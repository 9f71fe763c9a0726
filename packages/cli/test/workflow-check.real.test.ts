import type { startGitea } from "@lateen/git-log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobResult } from "./gitea-runner.ts";
import { createProject, type GiteaWorld, startAcme } from "./gitea-world.ts";

type GiteaServer = Awaited<ReturnType<typeof startGitea>>;

const program = process.env["LATEEN_REAL_GITEA"] ?? "";

/** A workflow of the user that is run against a tenant. */
const probe = `name: probe
run-name: probe of \${{ inputs.target }} \${{ inputs.lateen_check }}
on:
  workflow_dispatch:
    inputs:
      lateen_check: { required: false }
      target: { required: true }
jobs: { look: { runs-on: ubuntu-latest, steps: [{ run: "echo \${{ inputs.target }}" }] } }
`;

interface Answer {
  readonly outcome: string;
  readonly fleet?: {
    readonly checks?: readonly {
      readonly name: string;
      readonly slug?: string;
      readonly verdict: string;
      readonly source: string;
    }[];
  };
}

// A real Gitea takes the dispatch and schedules the run; a stand-in that speaks the runner's protocol ends its job.
describe.skipIf(program === "")("a check by workflow on a real Gitea", () => {
  let gitea: GiteaServer;
  let world: GiteaWorld;
  let sha = "";
  beforeAll(async () => {
    gitea = await startAcme(program);
    world = await createProject(gitea);
    sha = await world.push({ files: { ".gitea/workflows/probe.yml": probe, "server/a.ts": "2" } });
    await Promise.all([world.finish(sha, 2), world.publish(sha)]);
    const check = `{ name: probe, at: canary, every: 200ms, timeout: 20s, workflow: { file: probe.yml, inputs: { target: "{slug}" } } }`;
    const text = world.folder.read("lateen.yaml");
    world.folder.write("lateen.yaml", text.replace("fleet:\n", `fleet:\n  checks:\n    - ${check}\n`));
  }, 120_000);
  afterAll(async () => {
    await world.close();
    await gitea.close();
  });

  /** Ships, while another user starts the workflow too, and ends the runs: the one of the check by `result`. */
  const ship = async (result: JobResult) => {
    const runs = async () =>
      (
        (await world.api("GET", "/actions/runs?event=workflow_dispatch")) as {
          workflow_runs: { id: number; display_title: string }[];
        }
      ).workflow_runs;
    const known = new Set((await runs()).map(({ id }) => id));
    const running = world.lateen(["ship", "--sha", sha]);
    let ended = false;
    const over = running.finally(() => (ended = true));
    let own: number | undefined;
    let joined = false;
    while (!ended) {
      const fresh = (await runs()).find(({ id, display_title: title }) => !known.has(id) && title.includes("lateen-"));
      if (fresh !== undefined && !joined) {
        joined = true;
        own = fresh.id;
        await world.api("POST", "/actions/workflows/probe.yml/dispatches", {
          ref: "main",
          inputs: { target: "somebody" },
        });
      }
      const other = result === "success" ? "failure" : "success";
      await world.runner.work(({ runId }) => {
        // The run of the check is the only new one until the other user joins, also if it came after the list was read.
        if (!known.has(Number(runId)) && !joined) own ??= Number(runId);
        return Number(runId) === own ? result : other;
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const ran = await over;
    return { ...ran, own, answer: ran.json() as unknown as Answer };
  };

  test("a plan finds the workflow, and starts none", async () => {
    const ran = await world.lateen(["plan", "--sha", sha]);
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: "planned" });
    const text = world.folder.read("lateen.yaml");
    world.folder.write("lateen.yaml", text.replace("probe.yml", "nothing.yml"));
    expect((await world.lateen(["plan", "--sha", sha])).json()).toMatchObject({ code: "CHECK_REFUSED" });
    world.folder.write("lateen.yaml", text);
    const { workflow_runs: runs } = (await world.api("GET", "/actions/runs?event=workflow_dispatch")) as {
      workflow_runs: unknown[];
    };
    expect(runs).toEqual([]);
  });

  test("its own run failed while a newer one did not: halted after the canary", async () => {
    const { code, answer, own, stderr } = await ship("failure");
    expect({ code, checks: answer.fleet?.checks }, stderr).toMatchObject({
      code: 5,
      checks: [{ name: "probe", slug: "canary-a", verdict: "failed", source: expect.stringMatching(`/runs/${own}$`) }],
    });
    expect(world.tenants.slugs().filter((slug) => world.tenants.get(slug).sha === sha)).toEqual(["canary-a"]);
  }, 60_000);

  test("the same line starts another run, and ships when that one is green", async () => {
    const { code, answer, stderr } = await ship("success");
    expect({ code, outcome: answer.outcome }, stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(world.tenants.slugs().every((slug) => world.tenants.get(slug).sha === sha)).toBe(true);
  }, 60_000);
});
