import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, tokens, type World } from "./world.ts";

// The contract of the command line, read line by line by somebody who does not believe it: what reads only.

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeAll(async () => {
  world = await startWorld();
  [old = "", sha = ""] = world.commits;
});
afterAll(() => world.close());
beforeEach(() => {
  world.configure();
  world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "success" });
  world.forge.setVariable("DEPLOY_DISABLED", undefined);
  for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha: old, manner: "well" });
});

type Document = ReturnType<Ran["json"]> & {
  readonly gate?: {
    readonly verdict: string;
    readonly checks: readonly { readonly name: string; readonly state: string; readonly url: string }[];
  };
  readonly fleet?: { readonly tenants: readonly unknown[] } & Record<string, unknown>;
  readonly images?: readonly Record<string, unknown>[];
  readonly error?: Record<string, string>;
};
const run = async (...argv: readonly string[]): Promise<Ran & { readonly document: Document }> => {
  const ran = await world.lateen([...argv, "--json"]);
  return { ...ran, document: ran.json() as Document };
};
const set = (from: string | RegExp, to: string): void =>
  world.configure((text) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return changed;
  });
const context = "CI / all-required (push)";

describe("gate", () => {
  test.each([
    ["success", 0, 0, "open", "open", "success"],
    ["pending", 10, 10, "deferred", "wait", "pending"],
    ["cancelled", 10, 10, "deferred", "defer", "cancelled"],
    ["failure", 3, 3, "refused", "closed", "failure"],
    ["error", 3, 3, "refused", "closed", "failure"],
    ["skipped", 3, 3, "refused", "closed", "skipped"],
    ["from-next-year", 4, 4, "unknown", "unknown", "unknown"],
  ])("says of %s: exit %i, detailed %i, %s", async (state, exit, detailed, outcome, verdict, shown) => {
    world.forge.setStatus({ sha, context, state });
    const ran = await run("gate", "--sha", sha);
    expect({ code: ran.code, outcome: ran.document.outcome }, ran.stderr).toEqual({ code: exit, outcome });
    expect(ran.document.gate).toMatchObject({ verdict, checks: [{ name: context, state: shown }] });
    expect((await run("gate", "--sha", sha, "--detailed-exitcode")).code).toBe(detailed);
  });

  test("is deferred while a check has not appeared, and says missing", async () => {
    set(context, "CI / another (push)");
    const { code, document } = await run("gate", "--sha", sha);
    expect({ code, outcome: document.outcome, state: document.gate?.checks[0]?.state }).toEqual({
      code: 10,
      outcome: "deferred",
      state: "missing",
    });
  });

  test("takes globs, which must match at least once", async () => {
    set(context, "CI / *");
    expect((await run("gate", "--sha", sha)).code).toBe(0);
    set(context, "Lint / *");
    expect((await run("gate", "--sha", sha)).document.outcome).toBe("deferred");
  });

  test("ends unknown with exit 4 where --wait runs out of time, with the last states", async () => {
    set("timeout: 5s", "timeout: 60ms");
    world.forge.setStatus({ sha, context, state: "pending" });
    const { code, document } = await run("gate", "--sha", sha, "--wait");
    expect({ code, outcome: document.outcome, state: document.gate?.checks[0]?.state }).toEqual({
      code: 4,
      outcome: "unknown",
      state: "pending",
    });
  });

  test("with --wait sees a check turn green", async () => {
    world.forge.setStatus({ sha, context, state: "pending" });
    const waiting = run("gate", "--sha", sha, "--wait");
    setTimeout(() => world.forge.setStatus({ sha, context, state: "success" }), 150);
    expect((await waiting).document.outcome).toBe("open");
  });

  test.each([["true"], ["1"], ["perhaps"]])("is held where the kill switch says %s", async (value) => {
    world.forge.setVariable("DEPLOY_DISABLED", value);
    const ran = await run("gate", "--sha", sha, "--detailed-exitcode");
    expect({ code: ran.code, outcome: ran.document.outcome, verdict: ran.document.gate?.verdict }).toEqual({
      code: 12,
      outcome: "held",
      verdict: "held",
    });
  });

  test.each([
    ["the full commit is named", () => sha, () => sha],
    ["the forge would have to be asked", () => sha.slice(0, 8), () => undefined],
    ["it is no commit", () => "nonsense", () => undefined],
  ])("is held from the start of the job and names its commit, if it has it: %s", async (_, named, commit) => {
    const argv = ["gate", "--sha", named(), "--json"];
    const ran = await world.lateen(argv, { env: { DEPLOY_DISABLED: "true", GITEA_TOKEN: "" } });
    expect({ code: ran.code, commit: ran.json()["commit"] }).toEqual({ code: 12, commit: commit() });
  });

  test("[kill-switch-unreadable] is held if this token may not read the kill switch and the job was not given it, and open, loudly, if it was", async () => {
    const end = world.forge.misbehave({ on: /actions\/variables/, status: 403, body: { message: "no" } });
    const never = await run("gate", "--sha", sha);
    expect({ outcome: never.document.outcome, reason: never.document.reason }).toEqual({
      outcome: "held",
      reason: expect.stringContaining("env: { DEPLOY_DISABLED"),
    });
    const args = ["gate", "--sha", sha, "--json"];
    const given = await world.lateen(args, { env: { DEPLOY_DISABLED: "" } });
    end();
    expect({ outcome: given.json().outcome, stderr: given.stderr }).toEqual({
      outcome: "open",
      stderr: expect.stringMatching(/kill switch \w+ is degraded/),
    });
  });

  test.each(["rollout", "promote", "reconcile"])("holds %s as well if this token may not read it", async (command) => {
    const end = world.forge.misbehave({ on: /actions\/variables/, status: 403, body: { message: "no" } });
    const ran = await run(command, ...(command === "reconcile" ? [] : ["--sha", sha]), "--yes");
    end();
    expect({ code: ran.code, outcome: ran.document.outcome }).toEqual({ code: 0, outcome: "held" });
  });

  test.each(["gate: false", "gate: { checks: [CI / all-required (push)] }"])(
    "refuses a commit that is not on the branch, with %s",
    async (gate) => {
      world.configure((text) => text.replace(/^gate: .*$/m, gate));
      const side = await world.repository.commit({ message: "elsewhere", branch: "side", parent: old });
      world.forge.setStatus({ sha: side, context: "CI / all-required (push)", state: "success" });
      const { code, document } = await run("gate", "--sha", side);
      expect({ code, outcome: document.outcome, stop: document["code"] }).toEqual({
        code: 3,
        outcome: "refused",
        stop: "COMMIT_NOT_ON_BRANCH",
      });
      expect(document["evidence"]).toContainEqual(expect.objectContaining({ rule: "branch", verdict: "refused" }));
      expect((await run("gate", "--sha", side, "--override", "branch=hotfix")).code).toBe(0);
    },
  );

  test.each(["gate: false", undefined])(
    "ends with 11 if a newer commit owns production and a section says what counts, with %s",
    async (gate) => {
      if (gate !== undefined) world.configure((text) => text.replace(/^gate: .*$/m, gate));
      expect((await run("gate", "--sha", old)).code, "without the section").toBe(0);
      world.configure(
        (text) =>
          `${gate === undefined ? text : text.replace(/^gate: .*$/m, gate)}supersession: { paths: ["server/**"] }\n`,
      );
      const { code, document } = await run("gate", "--sha", old);
      expect({ code, outcome: document.outcome, by: document["supersededBy"] }).toEqual({
        code: 11,
        outcome: "superseded",
        by: sha,
      });
      expect((await run("gate", "--sha", sha)).code).toBe(0);
    },
  );

  test("reads the kill switch also with gate: false", async () => {
    world.configure((text) => text.replace(/^gate: .*$/m, "gate: false"));
    const open = await run("gate", "--sha", sha);
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    const held = await run("gate", "--sha", sha);
    expect({ code: open.code, gate: open.document.gate?.verdict, reason: open.document.reason }).toEqual({
      code: 0,
      gate: "open",
      reason: "gate: false asks for no check",
    });
    expect({ code: held.code, gate: held.document.gate?.verdict }).toEqual({ code: 12, gate: "held" });
  });

  test.each([["false"], ["0"], ["off"], ["no"]])("[gate-open] is open where the kill switch says %j", async (value) => {
    world.forge.setVariable("DEPLOY_DISABLED", value);
    expect((await run("gate", "--sha", sha)).document.outcome).toBe("open");
  });

  test.each([
    [401, 7],
    [403, 7],
    [500, 4],
    [502, 4],
  ])("where the forge answers %i on the checks: exit %i", async (status, exit) => {
    const end = world.forge.misbehave({ on: /\/commits\//, status, body: "{}" });
    const ran = await world.lateen(["gate", "--sha", sha, "--json"], { haste: 100 });
    end();
    expect(ran.code, ran.stderr).toBe(exit);
  });

  test("[forge-html] where the forge answers HTML: exit 4, and it is named", async () => {
    const end = world.forge.misbehave({
      on: /\/commits\//,
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<html>",
    });
    const ran = await world.lateen(["gate", "--sha", sha, "--json"], { haste: 100 });
    end();
    expect({ code: ran.code, reason: ran.json().reason }).toEqual({ code: 4, reason: expect.stringMatching(/html/i) });
  });

  test("waives a check by its very name, the gate as a whole, and nothing else", async () => {
    world.forge.setStatus({ sha, context, state: "failure" });
    expect((await run("gate", "--sha", sha, "--override", `${context}=known`)).document.outcome).toBe("open");
    expect((await run("gate", "--sha", sha, "--override", "gate=known")).document.outcome).toBe("open");
    expect((await run("gate", "--sha", sha, "--override", "supersession=x")).document.outcome).toBe("refused");
    expect((await run("gate", "--sha", sha, "--override", "CI=known")).code).toBe(2);
    expect((await run("gate", "--sha", sha, "--override", "gate=")).code).toBe(2);
  });
});

describe("which commit", () => {
  const payload = (value: object): { env: Record<string, string> } => ({
    env: { GITHUB_EVENT_PATH: world.folder.write("event.json", JSON.stringify(value)), GITHUB_SHA: old },
  });
  const commitOf = async (argv: readonly string[], options: { env: Record<string, string> }): Promise<unknown> => {
    const ran = await world.lateen(["superseded", "--json", ...argv], options);
    return ran.json()["commit"] ?? ran.code;
  };

  test("a flag beats the event, the event beats GITHUB_SHA", async () => {
    expect(await commitOf([], payload({ workflow_run: { head_sha: sha } }))).toBe(sha);
    expect(await commitOf([], payload({ inputs: { sha } }))).toBe(sha);
    expect(await commitOf([], payload({ inputs: { sha: sha.slice(0, 8) } }))).toBe(sha);
    expect(await commitOf(["--sha", sha], payload({ workflow_run: { head_sha: old } }))).toBe(sha);
    expect(await commitOf([], { env: { GITHUB_SHA: sha } })).toBe(sha);
    expect(await commitOf([], { env: { GITHUB_SHA: old, LATEEN_SHA: sha } })).toBe(sha);
    expect(await commitOf([], payload({ inputs: { sha: "" } }))).toBe(old);
  });

  test("an event that cannot be read is no reason to guess", async () => {
    const env = { GITHUB_SHA: old, GITHUB_EVENT_PATH: world.folder.write("event.json", "{broken") };
    expect(await commitOf([], { env })).toBe(2);
    expect(await commitOf([], payload({ workflow_run: { head_sha: "HEAD" } }))).toBe(2);
  });

  test("on a workflow_run event without a commit, the tip of the branch is not taken", async () => {
    const { env } = payload({ workflow_run: {} });
    expect(await commitOf([], { env: { ...env, GITHUB_EVENT_NAME: "workflow_run" } })).toBe(2);
  });
});

describe("superseded", () => {
  test("[superseded-exits] keeps its exit codes whatever is asked for", async () => {
    for (const extra of [[], ["--detailed-exitcode"], ["--json"]]) {
      expect((await world.lateen(["superseded", "--sha", old, ...extra])).code).toBe(0);
      expect((await world.lateen(["superseded", "--sha", sha, ...extra])).code).toBe(10);
    }
  });

  test("claims nothing about newer commits where supersession: false asks for none", async () => {
    world.configure((text) => `${text}supersession: false\n`);
    const { code, document } = await run("superseded", "--sha", old);
    world.configure();
    expect({ code, outcome: document.outcome, reason: document.reason }).toEqual({
      code: 10,
      outcome: "latest",
      reason: expect.stringContaining("supersession: false"),
    });
  });

  test("is exit 4 where it cannot be known, and 3 on a rewound branch", async () => {
    const end = world.forge.misbehave({ on: /\/branches\//, status: 502 });
    const ran = await world.lateen(["superseded", "--sha", old], { haste: 100 });
    end();
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 4, stdout: "" });
    await world.repository.setRef("refs/heads/main", old);
    expect((await run("superseded", "--sha", sha)).code).toBe(3);
    await world.repository.setRef("refs/heads/main", sha);
  });
});

describe("inspect", () => {
  const ref = (rest: string): string => `${world.registry.host}/${rest}`;

  test("answers with one image", async () => {
    const { code, document } = await run("inspect", ref(`acme/platform:staging-${sha.slice(0, 7)}`));
    expect({ code, outcome: document.outcome }).toEqual({ code: 0, outcome: "ok" });
    expect(document.images).toEqual([
      {
        repository: ref("acme/platform"),
        digest: world.digest(images[0], 1),
        mediaType: "application/vnd.oci.image.index.v1+json",
        platforms: ["linux/amd64", "linux/arm64"],
        labels: expect.objectContaining({ "org.opencontainers.image.revision": sha }),
        revision: sha,
      },
    ]);
    const byDigest = await run("inspect", ref(`acme/platform@${world.digest(images[0], 1)}`));
    expect(byDigest.document.images).toEqual(document.images);
  });

  test.each([
    ["alpine", 2],
    ["http://127.0.0.1/acme/platform:latest", 2],
    ["ci:pw@127.0.0.1:1/acme/platform:latest", 2],
    ["127.0.0.1:1/Acme/platform:latest", 2],
    ["127.0.0.1:1/acme/platform@sha256:abc", 2],
    ["127.0.0.1:1/acme/platform:latest", 4],
  ])("of %s is exit %i", async (text, exit) => {
    const ran = await world.lateen(["inspect", text, "--json"], { haste: 100 });
    expect(ran.code, ran.stderr).toBe(exit);
    expect(ran.stdout + ran.stderr).not.toContain("ci:pw");
  });

  test("of what does not exist is 3, with the wrong password 7", async () => {
    expect((await run("inspect", ref("acme/platform:nope"))).code).toBe(3);
    const env = { REGISTRY_PASSWORD: "wrong-password" };
    const ran = await world.lateen(["inspect", ref("acme/platform:latest")], { env });
    expect({ code: ran.code, showsPassword: ran.stderr.includes("wrong-password") }).toEqual({
      code: 7,
      showsPassword: false,
    });
  });

  test("with a configuration that cannot be read is 4, not without labels", async () => {
    const end = world.registry.misbehave({
      when: ({ path }) => path.includes("/blobs/"),
      fault: { kind: "answer", status: 500 },
    });
    const ran = await world.lateen(["inspect", ref("acme/platform:latest"), "--json"], { haste: 100 });
    end();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 4, outcome: "unknown" });
  });
});

describe("verify", () => {
  const all = (change: object): void => world.tenants.slugs().forEach((slug) => world.tenants.set(slug, change));

  test("is ok with everybody on target, by short and upper-case answers too", async () => {
    all({ sha, manner: "short" });
    const { code, document } = await run("verify", "--sha", sha);
    expect({ code, outcome: document.outcome, verified: document.fleet?.["verified"] }).toEqual({
      code: 0,
      outcome: "ok",
      verified: 6,
    });
  });

  test("is refused with stale tenants, and moves none", async () => {
    const { code, document } = await run("verify", "--sha", sha);
    expect({
      code,
      outcome: document.outcome,
      enumerated: document.fleet?.["enumerated"],
      tenantsCount: document.fleet?.tenants.length,
    }).toEqual({ code: 3, outcome: "refused", enumerated: 6, tenantsCount: 6 });
    expect(world.plane.moves()).toEqual([]);
  });

  test("counts tenants that are ahead with ancestry, and not with strict", async () => {
    all({ sha });
    const { code, document } = await run("verify", "--sha", old);
    expect({ code, ahead: document.fleet?.["ahead"] }).toEqual({ code: 0, ahead: 6 });
    set("interval: 15ms", "interval: 15ms, match: strict");
    expect((await run("verify", "--sha", old)).code).toBe(3);
  });

  test.each(["down", "html", "error", "huge", "redirects"] as const)(
    "is unknown where the only fault is a tenant that is %s, within the tolerance ok",
    async (manner) => {
      all({ sha });
      world.tenants.set("t3", { manner });
      set("timeout: 1s", "timeout: 150ms");
      const { code, document } = await run("verify", "--sha", sha);
      expect({ code, outcome: document.outcome }, JSON.stringify(document)).toEqual({ code: 4, outcome: "unknown" });
      world.configure((text) => text.replace("timeout: 1s", "timeout: 150ms").replace("batch: 3", "maxStragglers: 1"));
      expect((await run("verify", "--sha", sha)).code).toBe(0);
      world.configure((text) =>
        text.replace("timeout: 1s", "timeout: 150ms").replace("batch: 3", 'maxStragglers: "16%"'),
      );
      expect((await run("verify", "--sha", sha)).code, "a share is floored: 16 % of 6 is 0").toBe(4);
      world.configure((text) =>
        text.replace("timeout: 1s", "timeout: 150ms").replace("batch: 3", 'maxStragglers: "17%"'),
      );
      expect((await run("verify", "--sha", sha)).code).toBe(0);
    },
  );

  test("of an empty fleet is refused, of a fleet that cannot be listed unknown", async () => {
    all({ sha });
    world.plane.meetPlan({ kind: "status", status: 500 });
    const ran = await world.lateen(["verify", "--sha", sha, "--json"], { haste: 100 });
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 4, outcome: "unknown" });
    const slugs = world.tenants.slugs();
    for (const slug of slugs) world.tenants.remove(slug);
    const empty = await run("verify", "--sha", sha);
    for (const slug of slugs) world.tenants.set(slug, { sha });
    expect({ code: empty.code, outcome: empty.document.outcome }).toEqual({ code: 3, outcome: "refused" });
    const env = { CP_TOKEN: "another-token" };
    expect((await world.lateen(["verify", "--sha", sha], { env })).code).toBe(7);
  });

  test("is refused where a tenant's build names no commit: that is no unknown", async () => {
    all({ sha });
    world.tenants.set("t3", { manner: "dev" });
    set("timeout: 1s", "timeout: 150ms");
    expect((await run("verify", "--sha", sha)).code).toBe(3);
  });

  test("leaves ephemeral tenants out of the count, and lists them", async () => {
    all({ sha });
    world.tenants.set("e2e-1", { sha: old, manner: "down" });
    set("batch: 3", 'ephemeral: ["e2e-*"]');
    const { code, document } = await run("verify", "--sha", sha);
    world.tenants.remove("e2e-1");
    expect({ code, outcome: document.outcome }, JSON.stringify(document)).toEqual({ code: 0, outcome: "ok" });
    expect(JSON.stringify(document)).toContain("e2e-1");
  });

  test("of some tenants asks only those", async () => {
    world.tenants.set("t1", { sha });
    const { code, document } = await run("verify", "--sha", sha, "--only", "t1");
    expect({ code, enumerated: document.fleet?.["enumerated"] }).toEqual({ code: 0, enumerated: 1 });
    expect((await run("verify", "--sha", sha, "--only", "")).code).toBe(2);
    expect((await run("verify", "--sha", sha, "--only", "unheard-of")).code).toBe(3);
  });
});

describe("a secret", () => {
  test("that is configured and unset is exit 7 with the variable's name", async () => {
    for (const [name, argv] of [
      ["GITEA_TOKEN", ["gate", "--sha", sha]],
      ["CP_TOKEN", ["verify", "--sha", sha]],
      ["REGISTRY_PASSWORD", ["inspect", `${world.registry.host}/acme/platform:latest`]],
    ] as const) {
      const ran = await world.lateen([...argv, "--json"], { env: { [name]: "" } });
      expect({ code: ran.code, document: JSON.stringify(ran.json()) }).toEqual({
        code: 7,
        document: expect.stringContaining(name),
      });
    }
    expect(Object.keys(tokens)).toHaveLength(3);
  });
});
