import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startPrometheus } from "@lateen/fleet/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  configure,
  type Document,
  latest,
  candidates,
  moves,
  run,
  sha,
  world,
  useContractWorld,
} from "./contract-world.ts";
import { root } from "./source-files.ts";

useContractWorld();

type PrometheusServer = Awaited<ReturnType<typeof startPrometheus>>;

interface Row {
  readonly name: string;
  readonly step: string;
  readonly slug?: string;
  readonly verdict: string;
  readonly value?: unknown;
  readonly reason: string;
  readonly source: string;
  readonly at: string;
}
const rows = (document: Document): readonly Row[] =>
  (document.fleet as unknown as { checks?: readonly Row[] })?.checks ?? [];
const shown = (document: Document) =>
  rows(document).map(({ name, step, slug, verdict }) => [name, step, slug ?? "-", verdict].join(" "));

/** Adds checks to the configuration of the world. */
const checks = (...lines: readonly string[]): void => configure(entryOf(lines));
const entryOf = (lines: readonly string[]): readonly [RegExp, string] => [
  /^fleet:\n/m,
  `fleet:\n  checks:\n${lines.map((line) => `    - ${line}\n`).join("")}`,
];

/** Writes a program into the world's folder. */
const script = (name: string, text: string): void => {
  const path = join(world.folder.path, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
};
const log = (): string =>
  existsSync(join(world.folder.path, "log")) ? readFileSync(join(world.folder.path, "log"), "utf8") : "";

let prometheus: PrometheusServer;
let errors = "0";
beforeEach(async () => {
  errors = "0.001";
  prometheus = await startPrometheus({ evaluate: () => [{ value: errors }] });
});
afterEach(() => prometheus.close());

describe("exec", () => {
  test("runs once for each tenant of its step, with what its entry names and nothing else of the environment", async () => {
    script("smoke.sh", 'echo "$1 $2 $3 $4 [$GIVEN] [$LATEEN_SECRET]" >> log');
    checks(
      '{ name: smoke, at: [canary, wave], exec: ["./smoke.sh", "{slug}", "{sha}", "{tag}", "{wave}"], env: [GIVEN] }',
    );
    const ran = await world.lateen(["rollout", "--sha", sha, "--json"], { env: { GIVEN: "g", LATEEN_SECRET: "s" } });
    expect(ran.code, ran.stderr).toBe(0);
    const document = ran.json() as Document;
    expect(shown(document)).toEqual([
      "smoke canary canary-a passed",
      ...["t1", "t2", "t3"].map((slug) => `smoke wave ${slug} passed`),
      ...["t4", "t5"].map((slug) => `smoke wave ${slug} passed`),
    ]);
    expect(log().split("\n")[0]).toBe(`canary-a ${sha} staging-${sha.slice(0, 7)} canary [g] []`);
    expect(rows(document)[0]).toMatchObject({ value: 0, source: expect.stringContaining("smoke.sh") });
  });

  test.each([
    ["exit 1", "failed"],
    ["exit 2", "failed"],
    ["exit 75", "unknown"],
    ["kill -9 $$", "unknown"],
    ["sleep 60", "unknown"],
  ])("%s is %s, halts, and promotes nothing", async (text, verdict) => {
    script("smoke.sh", text);
    const before = latest();
    checks('{ name: smoke, at: canary, exec: ["./smoke.sh"], timeout: 2s, every: 500ms }');
    const { code, document, stderr } = await run("ship", "--sha", sha);
    expect({ code, outcome: document.outcome }, stderr).toEqual({ code: 5, outcome: "halted" });
    expect(shown(document)).toEqual([`smoke canary - ${verdict}`]);
    expect({ moves: moves(), latest: latest() }).toEqual({ moves: [["canary-a"]], latest: before });
  });

  test("that cannot be started is unknown", async () => {
    checks('{ name: smoke, at: canary, exec: ["./not-there.sh"], onUnknown: halt }');
    const { code, document } = await run("rollout", "--sha", sha);
    expect({ code, shown: shown(document) }).toEqual({ code: 5, shown: ["smoke canary - unknown"] });
  });

  test("is not run by a plan or a dry run, which list it", async () => {
    script("smoke.sh", "echo ran >> log");
    checks('{ name: smoke, at: [canary, wave, fleet, promotion], exec: ["./smoke.sh", "{slug}"] }');
    for (const argv of [["plan"], ["ship", "--dry-run"], ["rollout", "--dry-run"]]) {
      const { code, document, stderr } = await run(...argv, "--sha", sha);
      expect({ argv, code }, stderr).toEqual({ argv, code: argv[0] === "plan" ? code : 0 });
      expect(shown(document).slice(0, 2)).toEqual(["smoke canary canary-a planned", "smoke wave t1 planned"]);
    }
    expect(log()).toBe("");
  });

  test("whose program is not there is refused by a plan", async () => {
    checks('{ name: smoke, at: canary, exec: ["./not-there.sh"] }');
    const { code, document } = await run("plan", "--sha", sha);
    expect({ code, outcome: document.outcome, reason: document.reason }).toEqual({
      code: 3,
      outcome: "refused",
      reason: expect.stringContaining("there is no program ./not-there.sh"),
    });
  });

  test("prints nothing of its output that would be a command or a secret", async () => {
    script("smoke.sh", "printf '\\033[31m::error::x token=ghp_0123456789abcdefghij\\n'; exit 1");
    checks('{ name: smoke, at: canary, exec: ["./smoke.sh"] }');
    const { document, stderr, stdout } = await run("rollout", "--sha", sha);
    expect(rows(document)[0]?.reason).toContain("exit 1");
    for (const harmful of ["\u001b[31m", "ghp_0123"]) expect(`${stdout}${stderr}`).not.toContain(harmful);
  });
});

describe("http", () => {
  let server: Server;
  let answer: readonly [number, string] = [200, '{"ok":true}'];
  const seen: string[] = [];
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeEach(async () => {
    answer = [200, '{"ok":true,"more":1}'];
    seen.length = 0;
    server = createServer((request, response) => {
      seen.push(`${String(request.method)} ${String(request.url)} ${String(request.headers["x-key"])}`);
      response.writeHead(answer[0]).end(answer[1]);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => void server.close());

  test("compares status and a part of the JSON, with headers from the environment", async () => {
    checks(
      `{ name: login, at: canary, http: { url: "${url()}/{slug}/ping", json: { ok: true }, headers: { x-key: { env: KEY } } } }`,
    );
    const ran = await world.lateen(["rollout", "--sha", sha, "--json"], { env: { KEY: "k3y" } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(seen).toEqual(["GET /canary-a/ping k3y"]);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain("k3y");
  });

  test.each([
    [500, "oops", "failed"],
    [404, "", "failed"],
    [302, "", "failed"],
    [200, '{"ok":false}', "failed"],
    [200, "{}", "failed"],
    [200, "<html>", "unknown"],
    [429, "", "unknown"],
  ])("%i %s is %s", async (status, body, verdict) => {
    answer = [status, body];
    checks(`{ name: login, at: canary, onUnknown: halt, http: { url: "${url()}/{slug}", json: { ok: true } } }`);
    const { code, document } = await run("rollout", "--sha", sha);
    expect({ code, shown: shown(document) }).toEqual({ code: 5, shown: [`login canary canary-a ${verdict}`] });
  });

  test("whose server is gone is unknown until the timeout", async () => {
    const gone = url();
    await new Promise((resolve) => server.close(resolve));
    checks(`{ name: login, at: canary, timeout: 1s, every: 200ms, http: { url: "${gone}/{slug}" } }`);
    const { code, document } = await run("rollout", "--sha", sha);
    expect({ code, shown: shown(document) }).toEqual({ code: 5, shown: ["login canary canary-a unknown"] });
  });

  test("of a probe that is gone stops a plan; a tenant that is gone does not", async () => {
    const gone = url();
    await new Promise((resolve) => server.close(resolve));
    const line = (host: string): string => `{ name: login, at: canary, http: { url: "${host}/ping" } }`;
    checks(line(`${gone}/{slug}`));
    expect(await run("plan", "--sha", sha)).toMatchObject({ code: 4, document: { code: "CHECK_UNREACHABLE" } });
    world.configure();
    checks(line(gone.replace("127.0.0.1", "{slug}.localhost")));
    expect((await run("plan", "--sha", sha)).document).toMatchObject({ outcome: "planned" });
  });

  test("is watched through the soak, and stops it", async () => {
    const login = `{ name: login, at: soak, every: 200ms, for: soak, http: { url: "${url()}/{slug}" } }`;
    configure([/soak: \S+/, "soak: 5s"], entryOf([login]));
    setTimeout(() => (answer = [500, ""]), 1_500);
    const { code, document } = await run("rollout", "--sha", sha);
    expect({ code, shown: shown(document), moves: moves() }).toEqual({
      code: 5,
      shown: ["login soak canary-a failed"],
      moves: [["canary-a"]],
    });
  });
});

describe("prometheus", () => {
  const limit = (more = ""): string =>
    `{ name: errors, at: canary, timeout: 1s, every: 100ms, prometheus: { url: "${prometheus.url}", query: 'sum(rate(http_errors[1m]))', below: 0.01 }${more} }`;

  test("takes samples and passes", async () => {
    checks(limit(", samples: 3"));
    const { code, document } = await run("rollout", "--sha", sha);
    expect({ code, shown: shown(document), value: rows(document)[0]?.value }).toEqual({
      code: 0,
      shown: ["errors canary - passed"],
      value: 0.001,
    });
    expect(prometheus.queries).toHaveLength(3);
    expect(rows(document)[0]?.source).toBe(`${prometheus.url}/api/v1/query`);
  });

  test("above the limit fails", async () => {
    errors = "0.5";
    checks(limit());
    const { code, document } = await run("ship", "--sha", sha);
    expect({ code, shown: shown(document), value: rows(document)[0]?.value }).toEqual({
      code: 5,
      shown: ["errors canary - failed"],
      value: 0.5,
    });
  });

  test.each(["NaN", "+Inf", "-Inf"])("%s is unknown", async (value) => {
    errors = value;
    checks(limit(", onUnknown: halt"));
    expect(shown((await run("rollout", "--sha", sha)).document)).toEqual(["errors canary - unknown"]);
  });

  test.each(["wait", "halt"])("without data is unknown and halts (%s)", async (onUnknown) => {
    prometheus.evaluate = () => [];
    checks(limit(`, onUnknown: ${onUnknown}`));
    const { code, document } = await run("ship", "--sha", sha);
    expect({ code, outcome: document.outcome, shown: shown(document) }).toEqual({
      code: 5,
      outcome: "halted",
      shown: ["errors canary - unknown"],
    });
  });

  test("a server that does not evaluate is held to the instants in its answers", async () => {
    const fixed = (ageMs: number) =>
      createServer((_, response) => {
        const result = [{ metric: {}, value: [(Date.now() - ageMs) / 1_000, "0.001"] }];
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
      });
    for (const [ageMs, verdict] of [
      [0, "passed"],
      [600_000, "unknown"],
    ] as const) {
      const server = fixed(ageMs);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      world.configure((text) =>
        text
          .replace(/^ {2}checks:\n(?: {4}.*\n)+/m, "")
          .replace(
            "fleet:\n",
            `fleet:\n  checks:\n    - { name: errors, at: fleet, timeout: 1s, every: 200ms, prometheus: { url: "${url}", query: 'sum(rate(e[1m]))', below: 0.01 } }\n`,
          ),
      );
      const { document } = await run("rollout", "--sha", sha);
      expect({ ageMs, shown: shown(document) }).toEqual({ ageMs, shown: [`errors fleet - ${verdict}`] });
      server.close();
      for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha: world.commits[0] ?? "" });
    }
  });

  test("that is gone, or whose query has a mistake, is refused by a plan before anything moves", async () => {
    checks(limit());
    prometheus.fault = "400";
    expect((await run("plan", "--sha", sha)).document).toMatchObject({ outcome: "refused" });
    await prometheus.close();
    expect(await run("plan", "--sha", sha)).toMatchObject({ code: 4, document: { outcome: "unknown" } });
    expect(moves()).toEqual([]);
    prometheus = await startPrometheus({ evaluate: () => [] });
  });
});

describe("workflow", () => {
  const line = (more = ""): string =>
    `{ name: e2e, at: canary, every: 20ms, timeout: 1s, workflow: { file: e2e.yml, inputs: { target: "{slug}" } }${more} }`;
  let commit = "";
  beforeEach(async () => {
    const inputs = "inputs: { lateen_check: { required: false }, target: { required: true } }";
    const file = `run-name: e2e \${{ inputs.lateen_check }}\non:\n  workflow_dispatch:\n    ${inputs}\njobs: {}\n`;
    await world.repository.commit({ message: "add a workflow", files: { ".gitea/workflows/e2e.yml": file } });
    commit = await world.release();
  });

  /** Ends the next run that is dispatched. */
  const end = async (conclusion: string): Promise<void> => {
    const { dispatches, endDispatch } = world.forge;
    while (dispatches.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    // Somebody else starts the same workflow a moment later: the newest run is not the check's.
    world.forge.setRun({
      sha: commit,
      file: "e2e.yml",
      event: "workflow_dispatch",
      status: "completed",
      conclusion: "x",
    });
    for (const dispatch of dispatches) endDispatch(dispatch, conclusion);
  };

  test("is dispatched against the canary, and its own run is waited for", async () => {
    checks(line());
    const [{ code, document, stderr }] = await Promise.all([run("ship", "--sha", commit), end("success")]);
    expect({ code, shown: shown(document) }, stderr).toEqual({ code: 0, shown: ["e2e canary canary-a passed"] });
    expect(world.forge.dispatches).toMatchObject([
      { file: "e2e.yml", ref: "main", inputs: { target: "canary-a", lateen_check: expect.stringMatching(/^lateen-/) } },
    ]);
    expect(rows(document)[0]).toMatchObject({
      value: "success",
      source: expect.stringMatching(`/actions/runs/${world.forge.dispatches[0]?.id}$`),
    });
  });

  test.each([
    ["failure", "failed"],
    ["cancelled", "unknown"],
    ["skipped", "unknown"],
  ])("a run that ends as %s is %s, halts, and promotes nothing", async (conclusion, verdict) => {
    const before = latest();
    checks(line());
    const [{ code, document, stderr }] = await Promise.all([run("ship", "--sha", commit), end(conclusion)]);
    const shows = { code, shown: shown(document), moves: moves(), latest: latest() };
    expect(shows, stderr).toEqual({
      code: 5,
      shown: [`e2e canary canary-a ${verdict}`],
      moves: [["canary-a"]],
      latest: before,
    });
    expect(world.forge.dispatches).toHaveLength(1);
  });

  test("a run that does not end in time is unknown", async () => {
    checks(line());
    const { code, document } = await run("ship", "--sha", commit);
    expect({ code, shown: shown(document) }).toEqual({ code: 5, shown: ["e2e canary canary-a unknown"] });
  });

  test("that the forge does not have, or has disabled, is refused by a plan, which starts none", async () => {
    checks(line().replace("e2e.yml", "none.yml"));
    const missing = await run("plan", "--sha", commit);
    expect({ code: missing.code, outcome: missing.document.outcome, reason: missing.document.reason }).toEqual({
      code: 3,
      outcome: "refused",
      reason: expect.stringContaining("none.yml is not a workflow"),
    });
    world.configure();
    checks(line());
    expect((await run("plan", "--sha", commit)).document).toMatchObject({ outcome: "planned" });
    world.forge.setWorkflow("e2e.yml", "disabled_manually");
    expect((await run("plan", "--sha", commit)).document).toMatchObject({ outcome: "refused", code: "CHECK_REFUSED" });
    expect(world.forge.dispatches).toEqual([]);
  });
});

test("doctor tries the provider of each check, and names what is not there", async () => {
  script("smoke.sh", "echo ran >> log");
  checks(
    '{ name: smoke, at: canary, exec: ["./smoke.sh"] }',
    '{ name: gone, at: canary, exec: ["./not-there.sh"] }',
    "{ name: e2e, at: canary, workflow: { file: none.yml } }",
    `{ name: errors, at: canary, prometheus: { url: "${prometheus.url}", query: 'sum(rate(http_errors[1m]))', below: 0.01 } }`,
    `{ name: info, at: canary, http: { url: "${world.tenants.buildinfo}" } }`,
  );
  const { stdout } = await world.lateen(["doctor", "--json"]);
  const { findings } = JSON.parse(stdout) as { findings: { check: string; verdict: string; fact: string }[] };
  const found = findings.filter(({ check }) => check.startsWith("check "));
  expect(Object.fromEntries(found.map(({ check, verdict, fact }) => [check, `${verdict}: ${fact}`]))).toEqual({
    "check smoke": expect.stringMatching(/^ok: .*smoke\.sh is there$/),
    "check gone": "gap: there is no program ./not-there.sh",
    "check e2e": expect.stringMatching(/^gap: none\.yml is not a workflow/),
    "check errors": expect.stringMatching(/^ok: .*evaluates the query$/),
    "check info": expect.stringMatching(/^ok: .*answers 200$/),
  });
  expect(log()).toBe("");
});

describe("promotion", () => {
  test.each(["ship", "promote"])("a check that stops it is halted, and no tag moves (%s)", async (command) => {
    const before = latest();
    script("smoke.sh", "exit 1");
    checks('{ name: last, at: promotion, exec: ["./smoke.sh"] }');
    const first = await run(command, "--sha", sha);
    expect(
      { code: first.code, outcome: first.document.outcome, shown: shown(first.document), latest: latest() },
      first.stderr,
    ).toEqual({ code: 5, outcome: "halted", shown: ["last promotion - failed"], latest: before });
    script("smoke.sh", "exit 0");
    const again = await run(command, "--sha", sha);
    expect({ code: again.code, latest: latest() }, again.stderr).toEqual({ code: 0, latest: candidates(1) });
  });

  test("once for each tenant", async () => {
    script("smoke.sh", 'echo "$1" >> log');
    checks('{ name: last, at: promotion, exec: ["./smoke.sh", "{slug}"] }');
    const { code, stderr } = await run("promote", "--sha", sha);
    expect(code, stderr).toBe(0);
    expect(log().trim().split("\n").toSorted()).toEqual([...world.tenants.slugs()].toSorted());
  });
});

describe("after a halt", () => {
  test.each(["canary", "wave", "soak", "fleet"])("the same line looks again (%s)", async (step) => {
    script("smoke.sh", "test -e well");
    checks(`{ name: smoke, at: ${step}, exec: ["./smoke.sh"] }`);
    expect((await run("ship", "--sha", sha)).code).toBe(5);
    const before = moves().length;
    expect((await run("ship", "--sha", sha)).code).toBe(5);
    expect(moves()).toHaveLength(before);
    writeFileSync(join(world.folder.path, "well"), "");
    const { code, stderr } = await run("ship", "--sha", sha);
    expect({ code, latest: latest() }, stderr).toEqual({ code: 0, latest: candidates(1) });
  });

  test("a check can be waived by its name, which is recorded", async () => {
    script("smoke.sh", "exit 1");
    checks('{ name: smoke, at: canary, exec: ["./smoke.sh"] }');
    const { code, document, stderr } = await run("ship", "--sha", sha, "--override", "smoke=looked at it myself");
    expect(code, stderr).toBe(0);
    expect(JSON.stringify(document["evidence"])).toContain("looked at it myself");
    expect((await run("ship", "--sha", sha, "--override", "smoky=x")).code).toBe(2);
  });
});

describe("a program that is killed with SIGKILL in a check", () => {
  test.each(["canary", "promotion"])("is followed by one that looks again (%s)", async (step) => {
    script("smoke.sh", "echo look >> log; while [ ! -e well ]; do sleep 0.05; done");
    checks(`{ name: smoke, at: ${step}, exec: ["./smoke.sh"] }`);
    const before = latest();
    const killed = world.start(["ship", "--sha", sha, "--json"]);
    while (log() === "") await new Promise((resolve) => setTimeout(resolve, 20));
    killed.kill("SIGKILL");
    expect((await killed.ended).stderr).toContain("(ended by SIGKILL)");
    expect(latest()).toEqual(before);
    const moved = moves().flat();
    writeFileSync(join(world.folder.path, "well"), "");
    const { code, document, stderr } = await run("ship", "--sha", sha);
    expect({ code, latest: latest(), log: log() }, stderr).toEqual({
      code: 0,
      latest: candidates(1),
      log: "look\nlook\n",
    });
    expect(shown(document)).toEqual([`smoke ${step} - passed`]);
    const after = moves().flat().slice(moved.length);
    expect(after.filter((slug) => moved.includes(slug))).toEqual([]);
  });
});

describe("the example of the documentation", () => {
  const example = /^```yaml\n[\s\S]*?^ {2}checks:\n([\s\S]*?)^```/m.exec(
    readFileSync(join(root, "apps/docs/checks.md"), "utf8"),
  )?.[1];
  let site: Server;
  let failing = 40;
  let commit = "";
  beforeEach(async () => {
    failing = 40;
    site = createServer((_, response) => response.end('{"ok":true}'));
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const runs = (slug: string): boolean => world.tenants.get(slug).sha === commit;
    prometheus.evaluate = (query) => {
      if (query.includes("http_errors")) return [{ value: 0.001 }];
      const count = (slug: string): number => (query.includes("errors") ? (runs(slug) ? failing : 40) : 1_000);
      return world.tenants.slugs().map((slug) => ({ labels: { slug }, value: count(slug) }));
    };
    script("smoke.sh", 'echo "$1" >> log');
    const file = "run-name: ${{ inputs.lateen_check }}\non: { workflow_dispatch: {} }\njobs: {}\n";
    await world.repository.commit({ message: "add a workflow", files: { ".gitea/workflows/e2e.yml": file } });
    commit = await world.release();
    const text = (example ?? "")
      .replaceAll("https://prometheus.example.com", prometheus.url)
      .replace("https://{slug}.example.com", `http://127.0.0.1:${(site.address() as AddressInfo).port}/{slug}`)
      .replaceAll("[1m]", "[50ms]")
      .replace("every: 10s", "every: 100ms")
      .replace("samples: 5", "every: 50ms, samples: 5")
      .replace("timeout: 30m", "every: 50ms, timeout: 30m");
    configure(
      [/soak: \S+/, "soak: 1500ms"],
      [/batch: 3/, "waves: [1, 2, 3]"],
      [/^fleet:\n/m, `fleet:\n  checks:\n${text}`],
    );
  });
  afterEach(() => new Promise((resolve) => site.close(resolve)));

  /** Ends every run that is dispatched as success. */
  const ship = async () => {
    const ending = setInterval(() => {
      for (const dispatch of world.forge.dispatches) world.forge.endDispatch(dispatch, "success");
    }, 20);
    return run("ship", "--sha", commit).finally(() => clearInterval(ending));
  };

  test("ships, each check at its step", async () => {
    const { code, document, stderr } = await ship();
    expect(code, stderr).toBe(0);
    const passed = shown(document);
    expect(passed.slice(0, 3).toSorted()).toEqual(
      ["e2e canary canary-a passed", "login canary canary-a passed", "smoke canary canary-a passed"].toSorted(),
    );
    expect(passed.slice(3, 5)).toEqual(["errors soak - passed", "worse soak - passed"]);
    expect(rows(document).find(({ name }) => name === "worse")?.reason).toContain("no regression found; rules out");
    expect(log().trim().split("\n").toSorted()).toEqual([...world.tenants.slugs()].toSorted());
  });

  test("halts in the soak of the canary if the new release fails half as often again", async () => {
    failing = 60;
    const { code, document, stderr } = await ship();
    expect({ code, moves: moves() }, stderr).toEqual({ code: 5, moves: [["canary-a"]] });
    expect(shown(document).at(-1)).toBe("worse soak - failed");
  });
});

describe("the configuration", () => {
  test.each([
    ["{ name: a, at: canary }", "names no source"],
    ['{ name: a, at: canary, exec: ["x"], http: { url: "https://a" } }', "cannot be combined with"],
    ['{ name: a, at: lunch, exec: ["x"] }', "canary, wave, soak, fleet or promotion"],
    ['{ name: a, at: canary, exec: ["x"], onUnknown: pass }', "unknown never passes"],
    ['{ name: a, at: canary, exec: ["x", "{host}"] }', "{host} has no value"],
    ['{ name: a, at: canary, exec: "x y" }', "must be a list of arguments"],
    ["{ name: a, at: canary, prometheus: { url: http://127.0.0.1:1, query: up } }", "give below or above"],
    ["{ name: a, at: canary, prometheus: { query: up, below: 1 } }", "is missing"],
    [
      "{ name: a, at: canary, prometheus: { url: http://127.0.0.1:1, failures: a, trials: b } }",
      "probability of a false alarm",
    ],
    ["{ name: a, at: canary, prometheus: { url: http://prometheus.example.com, query: up, below: 1 } }", "plain http"],
    ['{ name: a, at: canary, exec: ["x"], timeout: 5 }', "duration"],
    ["{ name: a, at: canary, exek: [x] }", "exec"],
  ])("%s is refused", async (line, message) => {
    checks(line);
    const { code, document } = await run("rollout", "--sha", sha);
    expect({ code, document: JSON.stringify(document.error) }).toEqual({
      code: 2,
      document: expect.stringContaining(message),
    });
    expect(moves()).toEqual([]);
  });
});
