import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type GitHttpServer, startGitHttpServer } from "@lateen/git-log/testing";
import { seedImage, startEcr } from "@lateen/registry/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../src/commands/doctor/finding.ts";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, tokens, type World } from "./world.ts";

let world: World;
let closers: (() => Promise<unknown>)[];
beforeEach(async () => {
  closers = [];
  world = await startWorld();
});
afterEach(async () => {
  for (const close of closers) await close();
  await world.close();
});

const doctor = (env: Readonly<Record<string, string>> = {}, haste = 1): Promise<Ran> =>
  world.lateen(["doctor", "--json"], { env, haste });
const findingsOf = (ran: Ran): readonly Finding[] => ran.json()["findings"] as readonly Finding[];
/** `check verdict` of everything that is not well. */
const bad = (ran: Ran): readonly string[] => {
  const found = findingsOf(ran).filter(({ verdict }) => verdict !== "ok");
  for (const { fix, check } of found) expect(fix, check).toBeTruthy();
  return found.map(({ check, verdict }) => `${check} ${verdict}`);
};
const fact = (ran: Ran, check: string): string =>
  findingsOf(ran)
    .filter((finding) => finding.check === check)
    .map((finding) => finding.fact)
    .join("\n");

/** The ledger over HTTP, with the forge's token. */
async function serveLedger(fault?: Parameters<typeof startGitHttpServer>[0]["fault"]): Promise<GitHttpServer> {
  const server = await startGitHttpServer({
    root: world.repository.root,
    credentials: { password: tokens.GITEA_TOKEN },
    ...(fault === undefined ? {} : { fault }),
  });
  closers.push(() => server.close());
  world.configure((text) =>
    text.replace(/remote: "[^"]*"/, `remote: "${server.url}/core.git", token: { env: GITEA_TOKEN }`),
  );
  return server;
}

describe("where everything is well", () => {
  test("everything that ship needs is looked at, and nothing is changed", async () => {
    const server = await serveLedger();
    const refs = await world.repository.git("for-each-ref");
    const ran = await doctor();
    expect({ code: ran.code, outcome: ran.json().outcome, bad: bad(ran) }, ran.stdout).toEqual({
      code: 0,
      outcome: "ok",
      bad: [],
    });
    const [image] = images;
    expect([...new Set(findingsOf(ran).map(({ check }) => check.replace(/127\S+(?=\/acme)/, "registry")))]).toEqual([
      "configuration",
      "secrets",
      "clock",
      "forge version",
      "forge branch",
      "forge history",
      "forge checks",
      "kill switch",
      "writers",
      `image registry/${image}`,
      `image registry/${images[1]}`,
      "control plane",
      "tenants",
      "journal",
      "ledger default",
    ]);
    expect(world.plane.moves()).toEqual([]);
    expect(await world.repository.git("for-each-ref")).toBe(refs);
    expect(server.requests.filter(({ isPush }) => isPush)).toEqual([]);
    expect(server.requests.some(({ path }) => path.includes("service=git-receive-pack"))).toBe(true);
    expect(() => world.folder.read(".lateen/rollout.jsonl")).toThrow("ENOENT");
  });

  test("the same once something is promoted, and over a ledger on disk", async () => {
    await world.lateen(["ship", "--sha", world.commits.at(-1) ?? ""]);
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 0, bad: [] });
    expect(fact(ran, "ledger default")).toContain("entry 1 promotes");
    expect(fact(ran, "journal")).toContain("the last rollout ended: shipped");
    expect(await world.repository.git("rev-list", "--count", "refs/lateen/latest")).toBe("1\n");
  });
});

describe("what is listed", () => {
  test("failures come first, in text and document", async () => {
    const ran = await doctor({ CP_TOKEN: "" });
    const verdicts = findingsOf(ran).map(({ verdict }) => verdict);
    const order = ["gap", "trouble", "warning", "ok"];
    expect(verdicts).toEqual(verdicts.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)));
    expect(verdicts[0]).toBe("gap");
    const text = await world.lateen(["doctor"], { env: { CP_TOKEN: "" } });
    expect(text.stdout).toMatch(/^gap {6}secrets: the variable CP_TOKEN is not set/);
  });

  test("each secret with the host that it goes to, and what its token needs", async () => {
    const facts = findingsOf(await doctor()).flatMap(({ check, fact: text }) => (check === "secrets" ? [text] : []));
    const host = new URL(world.forge.url).host;
    expect(facts).toContainEqual(
      expect.stringMatching(`^GITEA_TOKEN goes to ${host} .forge.token.; it needs read:repository, `),
    );
    expect(facts).toContainEqual(
      expect.stringMatching(/^CP_TOKEN goes to 127.0.0.1:\d+ .fleet.*; it needs to list and/),
    );
  });
});

describe("credentials", () => {
  test("every one that is missing is named once, and the exit code is 7", async () => {
    const ran = await doctor({ CP_TOKEN: "", GITEA_TOKEN: "" });
    expect({ code: ran.code, outcome: ran.json().outcome, bad: bad(ran) }).toEqual({
      code: 7,
      outcome: "error",
      bad: ["secrets gap", "secrets gap"],
    });
    expect(ran.json()["error"]).toMatchObject({ code: "CREDENTIALS", why: "the variable GITEA_TOKEN is not set" });
  });

  test("every one that is refused is found, next to everything else, and none is shown", async () => {
    world.configure((text) => text.replace("canary: [canary-a]", "canary: [canary-b]"));
    const env = { GITEA_TOKEN: "wrong-forge-token", REGISTRY_PASSWORD: "wrong-password" };
    const [json, text] = [await doctor(env), await world.lateen(["doctor"], { env })];
    expect({ codeJson: json.code, codeText: text.code }).toEqual({ codeJson: 7, codeText: 7 });
    const about = findingsOf(json).filter(({ about: what }) => what === "credentials");
    expect(about.map(({ check }) => check.replace(/127\S+(?=\/acme)/, "registry"))).toEqual([
      "forge version",
      "forge branch",
      "kill switch",
      ...images.map((image) => `image registry/${image}`),
    ]);
    expect(bad(json)).toContain("canary gap");
    for (const part of ["gap      canary: the canary canary-b is not in the fleet", "ok       tenants: "])
      expect(text.stdout).toContain(part);
    expect(text.stderr).toMatch(/^error: .*forge version/m);
    for (const said of [json.stdout, text.stdout, text.stderr]) expect(said).not.toMatch(/wrong-(?:forge|password)/);
  });

  test("a token that may read the ledger and not write it", async () => {
    const server = await serveLedger(({ path }) => (path.includes("git-receive-pack") ? { status: 403 } : undefined));
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 7, bad: ["ledger default gap"] });
    expect(fact(ran, "ledger default")).toContain("refused the credentials");
    expect(server.requests.filter(({ isPush }) => isPush)).toEqual([]);
  });

  test("the mirror of the journal is a ref that is written to as well", async () => {
    const server = await startGitHttpServer({
      root: world.repository.root,
      fault: ({ path }) => (path.includes("git-receive-pack") ? { status: 403 } : undefined),
    });
    closers.push(() => server.close());
    const mirror = `mirror: { remote: "${server.url}/core.git", ref: refs/lateen/rollout }`;
    world.configure((text) => text.replace("  batch: 3\n", `  batch: 3\n  ${mirror}\n`));
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 7, bad: ["mirror gap"] });
  });

  test("a user without the right to push that Gitea admits as far as the push itself", async () => {
    const denied = { on: /\/repos\/acme\/core$/, body: { permissions: { push: false, pull: true } } };
    const server = await serveLedger();
    // The forge and its git are on one address; the fake of the forge speaks no git.
    world.configure((text) =>
      text
        .replace(/url: "[^"]*", repository/, `url: "${server.url}", api: "${world.forge.api}", repository`)
        .replace(/remote: "[^"]*"/, `remote: "${server.url}/acme/core.git"`),
    );
    mkdirSync(join(world.repository.root, "acme"));
    await world.repository.git(
      "clone",
      "-q",
      "--bare",
      world.repository.path,
      join(world.repository.root, "acme/core.git"),
    );
    const end = world.forge.misbehave(denied);
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 7, bad: ["ledger default gap"] });
    expect(fact(ran, "ledger default")).toContain("the token's user may not push");
    end();
    const silent = world.forge.misbehave({ ...denied, status: 503, body: "" });
    expect(bad(await doctor())).toEqual(["ledger default trouble"]);
    silent();
    world.forge.misbehave({ ...denied, body: { permissions: { push: true } } });
    const granted = await doctor();
    expect({ code: granted.code, bad: bad(granted) }, granted.stdout).toEqual({ code: 0, bad: [] });
    expect(fact(granted, "ledger default")).toContain("says that its user may push");
  });

  test("a kill switch that the token may not read is a warning with its consequence", async () => {
    world.forge.misbehave({ on: /actions\/variables/, status: 403, body: { message: "no" } });
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 0, bad: ["kill switch warning"] });
    expect(fact(ran, "kill switch")).toMatch(/start of a job/);
    const fix = findingsOf(ran).find(({ check }) => check === "kill switch")?.fix ?? "";
    expect(fix).toMatch(/owns the organisation or the repository .*killSwitch: { ref: true }/);
  });

  test("a token with too few rights is reported with what it lacks, in the words of its forge", async () => {
    world.configure((config) => config.replace("gate: {", "gate: { workflows: [{ file: e2e.yml }],"));
    await world.repository.commit({ message: "e2e", files: { ".gitea/workflows/e2e.yml": "on: push\njobs: {}\n" } });
    world.forge.misbehave({ on: /statuses|actions\/runs/, status: 403, body: { message: "token is out of scope" } });
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({
      code: 7,
      bad: ["forge checks gap", "workflow e2e.yml gap"],
    });
    const fixes = findingsOf(ran).flatMap(({ about, fix }) => (about === "credentials" ? [fix] : []));
    expect(fixes).toEqual(["give the token the scope read:repository", "give the token the scope read:repository"]);
  });
});

describe("gaps, which stay until somebody changes something", () => {
  test("a required check that no commit has ever had", async () => {
    world.configure((text) => text.replace("CI / all-required (push)", "CI / all_required (push)"));
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }).toEqual({ code: 3, bad: ["forge checks gap"] });
    expect(fact(ran, "forge checks")).toContain('did you mean "CI / all-required (push)"?');
  });

  test.each([
    ["a file that is not there", undefined, undefined, "gap", "no file"],
    [
      "a file that never runs on pushes",
      "on: workflow_dispatch\njobs: {}\n",
      undefined,
      "gap",
      "does not run on pushes",
    ],
    ["a file that is disabled", "on: push\njobs: {}\n", "disabled_manually", "gap", "disabled_manually"],
    ["a file that cannot be understood", "on: [push\n", undefined, "gap", "e2e.yml:2:1: "],
    [
      "a file whose triggers are unclear",
      "on: { push: { paths: { a: } } }\njobs: {}\n",
      undefined,
      "warning",
      "triggers",
    ],
    ["a file of another branch", "on: { push: { branches: [next] } }\njobs: {}\n", undefined, "gap", "leaves main out"],
    ["a file that is well", "on: push\njobs: {}\n", "active", undefined, "its runs can be read"],
  ])("a required workflow: %s", async (_, text, state, verdict, part) => {
    world.configure((config) => config.replace("gate: {", "gate: { workflows: [{ file: e2e.yml }],"));
    const files = text === undefined ? { "a.txt": "a" } : { ".gitea/workflows/e2e.yml": text };
    await world.repository.commit({ message: "workflow", files });
    if (state !== undefined) world.forge.setWorkflow("e2e.yml", state);
    const ran = await doctor();
    const found = findingsOf(ran).filter(({ check }) => check === "workflow e2e.yml");
    expect(found.find((finding) => finding.verdict !== "ok")?.verdict, ran.stdout).toBe(verdict);
    expect(fact(ran, "workflow e2e.yml")).toContain(part);
  });

  test.each([
    ["on: [pull_request, merge_group]", undefined],
    ["on: { merge_group: { branches: [next] } }", "gap"],
    ["on: push", "gap"],
  ])("a required workflow of the merge queue: %s", async (on, verdict) => {
    world.configure((config) =>
      config.replace("gate: {", "gate: { event: merge_group, workflows: [{ file: e2e.yml }],"),
    );
    const files = { ".gitea/workflows/e2e.yml": `${on}\njobs: {}\n` };
    await world.repository.commit({ message: "workflow", files });
    const found = findingsOf(await doctor()).filter(({ check }) => check === "workflow e2e.yml");
    expect(found.find((finding) => finding.verdict !== "ok")?.verdict).toBe(verdict);
  });

  test("a journal that another commit's rollout is unfinished in", async () => {
    world.tenants.set("t1", { manner: "down" });
    const started = { type: "rollout-started", id: "x", release: { sha: "b".repeat(40), tag: "b" }, at: 1 };
    mkdirSync(join(world.folder.path, ".lateen"));
    world.folder.write(".lateen/rollout.jsonl", `${JSON.stringify(started)}\n`);
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 3, bad: ["journal gap", "tenants trouble"] });
    expect(fact(ran, "journal")).toContain("bbbbbbb");
  });

  test("a branch that was rewound below what is promoted", async () => {
    await world.lateen(["ship", "--sha", world.commits.at(-1) ?? ""]);
    await world.repository.setRef("refs/heads/main", world.commits[0] ?? "");
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({
      code: 3,
      bad: ["ledger default gap", "forge history warning"],
    });
    expect(fact(ran, "ledger default")).toContain("does not descend from");
  });

  test("an unknown canary, and a branch that is not there", async () => {
    world.configure((text) =>
      text
        .replace("[canary-a]", "[canary-x]")
        .replace("repository: acme/core,", "repository: acme/core, branch: trunk,"),
    );
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 3, bad: ["forge branch gap", "canary gap"] });
  });

  test("no git, a proxy that is none, and certificates that are not there", async () => {
    const ran = await doctor({ PATH: "/nowhere", NODE_EXTRA_CA_CERTS: "/nowhere.pem" });
    expect({ code: ran.code, bad: bad(ran) }).toEqual({ code: 3, bad: ["certificates gap", "ledger default gap"] });
    expect(fact(ran, "ledger default")).toContain("git could not be started");
    const proxied = await doctor({ HTTPS_PROXY: "proxy" });
    expect({ code: proxied.code, bad: bad(proxied)[0] }).toEqual({ code: 3, bad: "proxy gap" });
  });

  test.skipIf(process.getuid?.() === 0)("a folder that cannot be written", async () => {
    chmodSync(world.folder.path, 0o555);
    const ran = await doctor();
    chmodSync(world.folder.path, 0o755);
    expect({ code: ran.code, bad: bad(ran) }).toEqual({ code: 3, bad: ["journal gap"] });
  });

  test("a configuration without anything to ship, and none at all", async () => {
    world.configure(() => "registries: {}\n");
    expect({ code: (await doctor()).code, bad: bad(await doctor()) }).toEqual({ code: 3, bad: ["configuration gap"] });
    world.configure((text) => text.replace(/^release:.*$/m, "").replace(/^forge:.*$/m, ""));
    const lacking = await doctor();
    expect({ code: lacking.code, fact: fact(lacking, "configuration") }).toEqual({
      code: 3,
      fact: expect.stringContaining("lacks release and forge"),
    });
    rmSync(join(world.folder.path, "lateen.yaml"));
    const ran = await doctor();
    expect({ code: ran.code, fix: findingsOf(ran)[0]?.fix }).toEqual({
      code: 3,
      fix: "write a lateen.yaml (lateen init), or name one with --config",
    });
  });
});

describe("trouble and warnings", () => {
  test("a tenant that is down may come back", async () => {
    world.tenants.set("t1", { manner: "down" });
    const ran = await doctor();
    expect({ code: ran.code, outcome: ran.json().outcome, bad: bad(ran) }).toEqual({
      code: 4,
      outcome: "unknown",
      bad: ["tenants trouble"],
    });
    expect(fact(ran, "tenants")).toMatch(/^1 of 6 .*\bt1 \(/);
  });

  test.each([
    { what: "version", on: /\/version$/, bad: ["forge version trouble"] },
    { what: "list of writers", on: /assignees/, bad: ["writers trouble"] },
    { what: "list of runners", on: /runners/, bad: ["runners trouble"] },
  ])("a forge that does not answer for its $what is trouble, not a server without one", async ({ on, bad: wanted }) => {
    world.forge.misbehave({ on, status: 503, body: "" });
    const ran = await doctor({}, 500);
    // Time limits are shortened like pauses, so a tenant may seem not to answer.
    const others = bad(ran).filter((line) => !line.startsWith("tenants "));
    expect({ code: ran.code, bad: others }).toEqual({ code: 4, bad: wanted });
  });

  test("a commit whose checks could not be read is not one without", async () => {
    const [first = ""] = world.commits;
    const sha = await world.release({ checks: "" });
    world.forge.misbehave({ on: new RegExp(first), status: 503, body: "" });
    const said = fact(await doctor({}, 500), "forge checks");
    expect(said).not.toContain(`0 on ${first.slice(0, 7)}`);
    expect(said).toContain(`on ${sha.slice(0, 7)}`);
  });

  test("servers that are gone are trouble, each reported once", async () => {
    await Promise.all([world.forge.close(), world.plane.close(), world.registry.close()]);
    const ran = await doctor({}, 500);
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 4, outcome: "unknown" });
    expect(bad(ran).map((line) => line.replace(/127\S+(?=\/acme)/, "registry"))).toEqual([
      "forge version trouble",
      "forge branch trouble",
      "kill switch trouble",
      "writers trouble",
      "runners trouble",
      ...images.map((image) => `image registry/${image} trouble`),
      "control plane trouble",
    ]);
  });

  test("images that are not there yet, and an armed kill switch, are warnings", async () => {
    world.forge.setVariable("DEPLOY_DISABLED", "sometimes");
    for (const image of images) world.registry.store.setTag(image, "edge", world.digest(image, 0));
    world.configure((text) =>
      text.replace("staging-{sha7}", "build-{sha}").replace("tags: [latest]", "tags: [latest, next]"),
    );
    const ran = await doctor();
    expect(
      { code: ran.code, bad: bad(ran).map((line) => line.replace(/127\S+(?=\/acme)/, "registry")) },
      ran.stdout,
    ).toEqual({ code: 0, bad: ["kill switch warning", ...images.map((image) => `image registry/${image} warning`)] });
    expect(fact(ran, "kill switch")).toContain('"sometimes", which holds every release');
  });

  test("before the first promotion the candidate replaces the tag that is not there", async () => {
    world.configure((text) => text.replace("tags: [latest]", "tags: [stable]"));
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 0, bad: [] });
    expect(fact(ran, findingsOf(ran).find(({ check }) => check.startsWith("image"))?.check ?? "")).toContain(
      "pushing is allowed",
    );
  });
});

describe("ways back", () => {
  test("a former release that can be pulled, and one that a clean-up took", async () => {
    world.configure((text) => text.replace("tags: [latest]", 'tags: [latest], pin: "kept-{sha12}"'));
    await world.lateen(["ship", "--sha", world.commits.at(-1) ?? ""]);
    await world.lateen(["ship", "--sha", await world.release()]);
    expect(fact(await doctor(), "ways back default")).toContain("(entry 1) pullable");
    const lost = world.commits.at(-2) ?? "";
    for (const image of images) {
      const { tags } = world.registry.store.repository(image);
      for (const tag of [`staging-${lost.slice(0, 7)}`, `kept-${lost.slice(0, 12)}`]) tags.delete(tag);
      world.registry.store.deleteUntagged(image);
    }
    const ran = await doctor();
    expect({ code: ran.code, bad: bad(ran) }, ran.stdout).toEqual({ code: 0, bad: ["ways back default warning"] });
    expect(fact(ran, "ways back default")).toContain(`${lost.slice(0, 7)} (entry 1) gone`);
    expect(fact(ran, "ways back default")).toContain("acme/platform-tenant");
    expect(findingsOf(ran).find(({ check }) => check === "ways back default")?.fix).toContain("exempt kept-* from");
  });
});

describe("ECR", () => {
  test.each([
    ["that will delete the promoted image", { tagStatus: "any", countType: "imageCountMoreThan" }, "a promoted image"],
    [
      "that spares the promoted tag and deletes what a rollback needs",
      [{ tagStatus: "tagged", tagPatternList: ["latest"], countNumber: 999 }, { tagStatus: "any" }],
      "a release to roll back to",
    ],
    ["that deletes untagged images only", { tagStatus: "untagged" }, undefined],
  ])("a lifecycle rule %s", async (_, selections, warned) => {
    const lifecycle = [selections].flat().map((selection, at) => ({
      rulePriority: at + 1,
      selection: { countType: "imageCountMoreThan", countNumber: 30, ...selection },
      action: { type: "expire" },
    }));
    const ecr = await startEcr({ repositories: { "acme/core": { lifecycle } } });
    closers.push(() => ecr.close());
    await seedImage(ecr, { repository: "acme/core", tags: ["latest"], revision: world.commits[0] });
    world.configure((text) =>
      text
        .replace(/images: \[[^\]]*\]/, `images: ["${ecr.host}/acme/core"]`)
        .replace(/^registries:.*$/m, `registries: { "${ecr.host}": { kind: ecr, endpoint: "${ecr.url}" } }`),
    );
    const ran = await doctor({ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "a-secret" });
    const said = findingsOf(ran).filter(({ fact: text }) => /will go/.test(text));
    expect(said.map(({ fact: text, verdict }) => `${verdict}: ${text}`)).toEqual(
      warned === undefined ? [] : [expect.stringMatching(new RegExp(`^warning: ${warned} will go: rule \\d deletes`))],
    );
    expect(ecr.calls.some(({ operation }) => operation === "GetLifecyclePolicy")).toBe(true);
  });

  test.each([
    [
      "keys that may do everything",
      "AKIDEXAMPLE",
      "MUTABLE",
      0,
      [],
      "in account 123456789012, region us-east-2; latest may be moved",
    ],
    ["keys that are refused", "AKIDOTHER", "MUTABLE", 7, ["image gap"], ""],
    ["a tag that is immutable", "AKIDEXAMPLE", "IMMUTABLE", 3, ["image gap"], "does not let the tag latest be moved"],
  ] as const)("%s", async (_, key, mutability, code, found, part) => {
    const ecr = await startEcr({ repositories: { "acme/core": { mutability } } });
    closers.push(() => ecr.close());
    const host = "123456789012.dkr.ecr.us-east-2.amazonaws.com";
    const candidate = `staging-${(world.commits.at(-1) ?? "").slice(0, 7)}`;
    await seedImage(ecr, { repository: "acme/core", tags: [candidate], revision: world.commits.at(-1) });
    await seedImage(ecr, { repository: "acme/core", tags: ["latest"], revision: world.commits[0], content: "older" });
    world.configure((text) =>
      text
        .replace(/images: \[[^\]]*\]/, `images: ["${host}/acme/core"]`)
        .replace(/^registries:.*$/m, `registries: { "${host}": { kind: ecr, endpoint: "${ecr.url}" } }`),
    );
    const ran = await doctor({ AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: "a-secret-access-key" }, 5);
    expect(
      {
        code: ran.code,
        bad: bad(ran).map((line) => line.replace(`${host}/acme/core `, "").replace(`image ${host}/acme/core`, "image")),
      },
      ran.stdout,
    ).toEqual({ code, bad: found });
    expect(fact(ran, `image ${host}/acme/core`)).toContain(part);
    expect(ran.stdout).not.toContain("a-secret-access-key");
  });
});

test("at a narrow terminal everything is there, under its own verdict", async () => {
  const ran = await world.lateen(["doctor"], { answerColumns: 50 });
  const lines = ran.stdout.split("\n");
  expect(lines.filter((line) => line.length > 50).every((line) => !line.trim().includes(" "))).toBe(true);
  expect(lines.find((line) => line.startsWith("ok       forge checks:"))).toBeDefined();
  expect(lines.filter((line) => !/^(?:ok {7}| {9}|everything|$)/.test(line))).toEqual([]);
});

test("at a terminal lines are folded at its width, words are not", async () => {
  const ran = await world.lateen(["doctor"]);
  const { formatFindings } = await import("../src/commands/doctor/render.ts");
  expect(ran.stdout).toContain("ok       forge branch: main is at");
  const url = `https://example.com/${"a".repeat(70)}`;
  const finding: Finding = { check: "x", verdict: "gap", fact: `it is ${"long ".repeat(20)}${url}`, fix: "a b" };
  const lines = formatFindings([finding], 60).split("\n");
  expect(lines[0]).toMatch(/^gap {6}x: it is long/);
  expect(lines.slice(1).every((line) => line.startsWith("         "))).toBe(true);
  expect(lines.filter((line) => line.length > 60).map((line) => line.trim())).toEqual([url]);
  expect(formatFindings([finding])).toBe(`gap      x: ${finding.fact}\n         fix: a b`);
});

describe("a forge of another kind, and who is on it", () => {
  const on = async (forge: Parameters<typeof startWorld>[0] & object): Promise<void> => {
    await world.close();
    world = await startWorld(forge);
  };

  test("names who can post a status and push a ref that counts", async () => {
    await on({ forge: { writers: ["ada", "bob", "c", "d", "e", "f", "g"] } });
    world.configure((text) =>
      text
        .replace(/remote: "[^"]*"/, `remote: "${world.forge.url}/acme/core.git"`)
        .replace("variable: DEPLOY_DISABLED", "ref: true"),
    );
    const said = fact(await doctor(), "writers");
    expect(said).toContain("ada, bob, c, d, e and 2 more may write");
    for (const part of ["1 required check without `from`", "refs/lateen/latest", "refs/lateen/hold"])
      expect(said).toContain(part);
    world.configure((text) => text.replace(/checks: \[("[^"]*")\]/, "checks: [{ name: $1, from: actions }]"));
    expect(fact(await doctor(), "writers")).toContain("no status and no ref of theirs counts");
  });

  test.each<[online: readonly string[], verdict: string]>([
    [[], "ok"],
    [["one"], "warning"],
    [["one", "two"], "ok"],
  ])("counts the runners that are online: %j", async (online, verdict) => {
    const states = [...online.map((name) => [name, "online"] as const), ["asleep", "offline"] as const];
    await on({ forge: { runners: Object.fromEntries(states) } });
    const found = findingsOf(await doctor()).filter(({ check }) => check === "runners");
    expect(found.map((finding) => finding.verdict)).toEqual([verdict]);
  });

  test.each([
    { version: "1.22.0", forgejo: "7.0.16+gitea-1.22.0", name: "Forgejo 7.0.16" },
    { version: "11.0.1+gitea-1.22.0", forgejo: "11.0.1+gitea-1.22.0", name: "Forgejo 11.0.1" },
    { version: "1.22.6", forgejo: undefined, name: "Gitea 1.22.6" },
    { version: "1.26.4", forgejo: undefined, name: "Gitea 1.26.4" },
  ])("names $name that reports $version", async ({ version, forgejo, name }) => {
    await on({ forge: { version, ...(forgejo === undefined ? {} : { forgejo }) } });
    expect(fact(await doctor(), "forge version")).toContain(`${name}`);
  });
});
