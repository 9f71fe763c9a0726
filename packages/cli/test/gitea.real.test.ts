import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { startGitea } from "@lateen/git-log/testing";
import { parseImageRef, secret } from "@lateen/kernel";
import { createOciRegistry } from "@lateen/registry/oci";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "./folder.ts";
import { createProject, type GiteaWorld, startAcme } from "./gitea-world.ts";
import { type Ran, runHere } from "./run-lateen.ts";

type GiteaServer = Awaited<ReturnType<typeof startGitea>>;

const program = process.env["LATEEN_REAL_GITEA"] ?? "";

interface WireRun {
  readonly id: number;
  readonly path: string;
}

interface Outcome {
  readonly exit: number;
  readonly outcome: string;
  readonly code?: string;
}

// Gitea is forge, git server and registry. Its runs come of real pushes; a stand-in that speaks the runner's protocol ends their jobs,
// and one status is posted by hand. Other versions than 1.26.0 cannot be had from the Go module proxy: only the published fake plays them.
describe.skipIf(program === "")("lateen on Gitea", () => {
  let gitea: GiteaServer;
  let world: GiteaWorld;
  const open: GiteaWorld[] = [];
  beforeAll(async () => {
    gitea = await startAcme(program);
  });
  afterAll(async () => {
    await Promise.all(open.map((each) => each.close()));
    await gitea.close();
  });
  const project = async (): Promise<void> => {
    world = await createProject(gitea);
    open.push(world);
  };
  const outcomeOf = ({ code: exit, stdout }: Ran): Outcome => {
    const { outcome, code } = JSON.parse(stdout) as Outcome;
    return code === undefined ? { exit, outcome } : { exit, outcome, code };
  };
  const facts = (ran: Ran): string => JSON.stringify([ran.json()["evidence"], ran.json().reason]);

  describe("the gate", () => {
    let [first, broken, web, fixed] = ["", "", "", ""];
    beforeAll(async () => {
      await project();
      first = (await world.git.head("refs/heads/main")) ?? "";
    });

    test("is deferred while a run is under way, and open once it is green", async () => {
      const running = await world.push({ files: { "server/a.ts": "2" } });
      const tasks = await world.finish(running, 2, { full: undefined });
      const deferred = await world.lateen(["gate", "--sha", running]);
      expect(outcomeOf(deferred), deferred.stderr).toEqual({ exit: 10, outcome: "deferred", code: "GATE_PENDING" });
      // What the fake plays of runs and links is what is here.
      const listed = (await world.api("GET", `/actions/runs?head_sha=${running}`)) as { workflow_runs: WireRun[] };
      const e2e = listed.workflow_runs.find(({ path }) => path.startsWith("e2e.yml"));
      expect(e2e).toMatchObject({ run_attempt: 0, completed_at: expect.stringMatching(/^1970-/) });
      const statuses = (await world.api("GET", `/commits/${running}/statuses`)) as { target_url: string }[];
      const links = statuses.map(({ target_url: link }) => Number(/\/runs\/(\d+)\/jobs\/\d+$/.exec(link)?.[1]));
      expect(links).toContain(e2e?.id);
      for (const task of tasks) if (task.job === "full") await world.runner.end(task, "success");
      const opened = await world.lateen(["gate", "--sha", running.slice(0, 9), "--wait"]);
      expect(outcomeOf(opened), opened.stderr).toEqual({ exit: 0, outcome: "open" });
      expect(opened.json()["commit"]).toBe(running);
    });

    test("stays closed after a later push for which nothing was due, and names the commit that was tested", async () => {
      broken = await world.push({ files: { "server/a.ts": "3" } });
      await world.finish(broken, 2, { full: "failure" });
      web = await world.push({ files: { "web/a.ts": "2" } });
      await world.finish(web, 1);
      for (const sha of [broken, web]) {
        const ran = await world.lateen(["gate", "--sha", sha]);
        expect(outcomeOf(ran), ran.stderr).toEqual({ exit: 3, outcome: "refused", code: "GATE_CLOSED" });
        if (sha === web) expect(facts(ran)).toContain(broken);
      }
    });

    test("does not take a run by hand for the one of the push", async () => {
      await world.api("POST", "/actions/workflows/e2e.yml/dispatches", { ref: "main" });
      await world.finish(web, 1);
      expect(outcomeOf(await world.lateen(["gate", "--sha", web]))).toMatchObject({ exit: 3, outcome: "refused" });
    });

    test("knows a status of another commit's run, and who posted one by hand", async () => {
      const checks = (await world.lateen(["gate", "--sha", web])).json()["gate"] as { checks: { url?: string }[] };
      const status = { context: "CI / all-required (push)", state: "success" };
      await world.api("POST", `/statuses/${broken}`, { ...status, target_url: checks.checks[0]?.url });
      const other = await world.lateen(["gate", "--sha", broken, "--override", "e2e.yml=tested by hand"]);
      expect(outcomeOf(other), other.stderr).toEqual({ exit: 4, outcome: "unknown", code: "GATE_UNKNOWN" });
      expect(facts(other)).toContain(web);

      const forged = await world.push({ files: { "web/a.ts": "3" } });
      await world.finish(forged, 1, { "all-required": "failure" });
      await world.api("POST", `/statuses/${forged}`, status);
      const text = world.folder.read("lateen.yaml");
      const check = '{ name: "CI / all-required (push)", from: actions }';
      world.folder.write("lateen.yaml", text.replace('"CI / all-required (push)"', check));
      const bound = await world.lateen(["gate", "--sha", forged, "--override", "e2e.yml=tested by hand"]);
      world.folder.write("lateen.yaml", text);
      expect(outcomeOf(bound), bound.stderr).toEqual({ exit: 3, outcome: "refused", code: "GATE_CLOSED" });
    });

    test("inherits what an ancestor proved, and is superseded once something relevant follows", async () => {
      fixed = await world.push({ files: { "server/a.ts": "4" } });
      await world.finish(fixed, 2);
      const documents = await world.push({ files: { "docs/a.md": "1" } }, { files: { "docs/a.md": "2" } });
      await world.finish(documents, 1);
      const inherited = await world.lateen(["gate", "--sha", documents]);
      expect(outcomeOf(inherited), inherited.stderr).toEqual({ exit: 0, outcome: "open" });
      expect(facts(inherited)).toContain(fixed);
      expect(outcomeOf(await world.lateen(["superseded", "--sha", fixed]))).toEqual({ exit: 10, outcome: "latest" });
      const superseded = await world.lateen(["superseded", "--sha", first]);
      expect(outcomeOf(superseded)).toEqual({ exit: 0, outcome: "superseded", code: "SUPERSEDED" });
      // The newest one that brings it along.
      expect(superseded.json()["supersededBy"]).toBe(documents);
    });

    test("is held by the organisation's variable, which the repository's beats", async () => {
      const place = "/actions/variables/DEPLOY_DISABLED";
      await gitea.api("POST", `/orgs/acme${place}`, { value: "true" });
      const held = await world.lateen(["gate", "--sha", fixed]);
      expect(outcomeOf(held), held.stderr).toEqual({ exit: 12, outcome: "held", code: "KILL_SWITCH_ARMED" });
      await world.api("POST", place, { value: "false" });
      expect(outcomeOf(await world.lateen(["gate", "--sha", fixed]))).toEqual({ exit: 0, outcome: "open" });
      await gitea.api("DELETE", `/orgs/acme${place}`);
      await world.api("DELETE", place);
    });

    test("is held for who may not read the variable, unless the job was given its value", async () => {
      const account = { username: "bob", email: "bob@example.com", password: "battery-staple-8" };
      await gitea.api("POST", "/admin/users", { ...account, must_change_password: false });
      await world.api("PUT", "/collaborators/bob", { permission: "admin" });
      const token = await tokenOf(account);
      const held = await world.lateen(["gate", "--sha", fixed], { GITEA_TOKEN: token });
      expect(outcomeOf(held), held.stderr).toEqual({ exit: 12, outcome: "held", code: "KILL_SWITCH_UNREADABLE" });
      expect(held.json().reason).toContain("vars.DEPLOY_DISABLED");
      const given = await world.lateen(["gate", "--sha", fixed], { GITEA_TOKEN: token, DEPLOY_DISABLED: "" });
      expect(outcomeOf(given), given.stderr).toEqual({ exit: 0, outcome: "open" });
    });

    test("is held by the ref that everybody who may push can arm, until that is lifted", async () => {
      expect(outcomeOf(await world.lateen(["hold", "--reason", "migration"]))).toEqual({ exit: 0, outcome: "ok" });
      const held = await world.lateen(["gate", "--sha", fixed]);
      expect(outcomeOf(held), held.stderr).toEqual({ exit: 12, outcome: "held", code: "HOLD_ARMED" });
      expect(held.json().reason).toMatch(/ada .*migration/);
      expect(outcomeOf(await world.lateen(["hold", "--lift"]))).toEqual({ exit: 0, outcome: "ok" });
      expect(outcomeOf(await world.lateen(["gate", "--sha", fixed]))).toEqual({ exit: 0, outcome: "open" });
    });

    test("refuses what a forced push took off the branch", async () => {
      await world.git.git("update-ref", "refs/heads/main", broken);
      const rewritten = await world.push({ files: { "web/a.ts": "9" } });
      await world.finish(rewritten, 1);
      const gone = await world.lateen(["gate", "--sha", fixed]);
      expect(outcomeOf(gone), gone.stderr).toEqual({ exit: 3, outcome: "refused", code: "COMMIT_NOT_ON_BRANCH" });
      expect(outcomeOf(await world.lateen(["superseded", "--sha", fixed]))).toMatchObject({ exit: 3 });
    });
  });

  describe("ship, by bin/lateen, with Gitea's registry", () => {
    const latest = async (): Promise<string> => {
      const entry = { username: gitea.user, password: secret(gitea.token) };
      const registry = createOciRegistry({ host: new URL(gitea.url).host, entry });
      const reading = await registry.resolve(parseImageRef(`${world.image}:latest`));
      return reading.kind === "found" ? reading.value.digest : reading.kind;
    };
    const running = (): readonly string[] => [
      ...new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha)),
    ];
    let [first, second] = ["", ""];
    let digests: readonly string[] = [];
    beforeAll(async () => {
      await project();
      first = (await world.git.head("refs/heads/main")) ?? "";
    });

    test("doctor finds everything there once a release is published", async () => {
      digests = [await world.publish(first)];
      const ran = await world.program(["doctor"]);
      const findings = ran.json()["findings"] as { verdict: string; check: string; fact: string }[];
      // The stand-in is the only runner, which doctor warns of.
      expect(
        findings.filter(({ verdict }) => verdict !== "ok").map(({ check, verdict }) => `${check} ${verdict}`),
        ran.stderr,
      ).toEqual(["runners warning"]);
      expect(ran.code).toBe(0);
      expect(findings.map(({ fact }) => fact).join("\n")).toContain("Gitea 1.26.0");
    });

    test("takes a commit to every tenant and to the tag, and writes the ledger over http", async () => {
      const shipped = await world.program(["ship", "--sha", first]);
      expect(outcomeOf(shipped), shipped.stderr).toEqual({ exit: 0, outcome: "shipped" });
      expect(shipped.json()["ledger"]).toMatchObject({ position: 1 });
      expect({ latest: await latest(), running: running() }).toEqual({ latest: digests[0], running: [first] });
      expect(outcomeOf(await world.program(["ship", "--sha", first]))).toEqual({ exit: 0, outcome: "unchanged" });
    });

    test("moves on, and comes back to bytes whose own tag kept them, after their candidate was deleted", async () => {
      second = await world.push({ files: { "server/a.ts": "2" } });
      await world.finish(second, 2);
      digests = [...digests, await world.publish(second)];
      const shipped = await world.program(["ship", "--sha", second]);
      expect(outcomeOf(shipped), shipped.stderr).toEqual({ exit: 0, outcome: "shipped" });
      expect({ latest: await latest(), running: running() }).toEqual({ latest: digests[1], running: [second] });
      // Gitea deletes a manifest with its last tag.
      const [, name = ""] = world.repository.split("/");
      await gitea.api("DELETE", `/packages/acme/container/${name}/staging-${first.slice(0, 7)}`);
      const candidate = `${world.image}:staging-${first.slice(0, 7)}`;
      const refused = await world.program(["rollback", "--reason", "checkout fails"]);
      expect(outcomeOf(refused), refused.stderr).toMatchObject({ exit: 3, code: "CANDIDATE_ABSENT" });
      expect((await world.program(["retag", `${world.image}@${digests[0]}`, candidate])).code).toBe(0);
      const back = await world.program(["rollback", "--reason", "checkout fails"]);
      expect(outcomeOf(back), back.stderr).toEqual({ exit: 0, outcome: "shipped" });
      expect({ latest: await latest(), running: running() }).toEqual({ latest: digests[0], running: [first] });
      const again = await world.program(["ship", "--sha", second]);
      expect(outcomeOf(again), again.stderr).toMatchObject({ exit: 3, outcome: "refused" });
      expect(outcomeOf(await world.program(["status", "--fail-on-drift"]))).toEqual({ exit: 0, outcome: "ok" });
    });
  });

  test("init asks the server its version, and writes a gate that opens", async () => {
    await project();
    const sha = (await world.git.head("refs/heads/main")) ?? "";
    const folder = createFolder();
    try {
      execFileSync("git", ["clone", "-q", world.git.path, join(folder.path, "core")]);
      const cwd = join(folder.path, "core");
      execFileSync("git", ["-C", cwd, "remote", "set-url", "origin", `${gitea.url}/${world.repository}.git`]);
      mkdirSync(join(cwd, ".gitea/workflows"), { recursive: true });
      const env = { GITEA_TOKEN: gitea.token, PROD_AUTO_DEPLOY_DISABLED: "" };
      const written = await runHere(["init", "--json"], { cwd, env });
      expect(outcomeOf(written), written.stderr).toEqual({ exit: 0, outcome: "ok" });
      expect(folder.read("core/.gitea/workflows/lateen.yml")).toContain("workflow_run:");
      expect(folder.read("core/lateen.yaml")).toContain(`- ${new URL(gitea.url).host}/${world.repository}`);
      const lint = await runHere(["lint-workflow", ".gitea/workflows/lateen.yml"], { cwd, env });
      expect(lint.stdout, lint.stderr).toBe("nothing to warn about\n");
      const gate = await runHere(["gate", "--sha", sha, "--json"], { cwd, env });
      expect(outcomeOf(gate), gate.stderr).toEqual({ exit: 0, outcome: "open" });
    } finally {
      folder.remove();
    }
  });

  async function tokenOf({ username, password }: { username: string; password: string }): Promise<string> {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const response = await fetch(`${gitea.url}/api/v1/users/${username}/tokens`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ name: "tests", scopes: ["all"] }),
    });
    return ((await response.json()) as { sha1: string }).sha1;
  }
});
