import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packPackages } from "../../../tools/pack-packages.ts";
import { startNpmRegistry } from "./npm-registry.ts";
import { manifest } from "./source-files.ts";

// What a stranger gets: every package packed as it would be published, served by a registry on loopback, installed with npm and pnpm in empty
// folders. Everything else that is installed comes from the registry that this machine is configured for.

const pnpm = process.env["npm_execpath"] ?? "";
export const managers = {
  npm: (packages: readonly string[]) => [
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages],
  ],
  pnpm: (packages: readonly string[]) =>
    pnpm.includes("pnpm") && /\.[cm]?js$/.test(pnpm)
      ? [process.execPath, [pnpm, "add", "--prefer-offline", ...packages]]
      : ["pnpm", ["add", "--prefer-offline", ...packages]],
} as const satisfies Record<string, (packages: readonly string[]) => readonly [string, readonly string[]] | unknown[]>;
export type Manager = keyof typeof managers;

/** Consumers of the packed packages, each a folder below `folder`. */
export interface Consumers {
  readonly folder: string;
  /** Makes an empty folder of somebody, in which packages of ours come from loopback. */
  emptyFolder(name: string): string;
  close(): Promise<void>;
}

/** Packs every package and serves them. */
export async function startConsumers(): Promise<Consumers> {
  const folder = mkdtempSync(join(tmpdir(), "lateen-packages-"));
  const registry = await startNpmRegistry(await packPackages(join(folder, "tarballs")));
  return {
    folder,
    emptyFolder(name) {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, ".npmrc"), `@lateen:registry=${registry.url}/\n`);
      if (!existsSync(join(path, "package.json")))
        writeFileSync(join(path, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
      return path;
    },
    async close() {
      await registry.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The Nodes that a consumer may have, as packages that npm installs; the one that runs these tests is the third. */
export const nodePackages: readonly string[] = [
  `node22@npm:node@${manifest("kernel").engines.node.replace(">=", "")}`,
  "node26@npm:node@26",
];

/** A Node of {@link nodePackages} installed in a folder, or the one that runs these tests. */
export function nodeOf(folder: string, name: NodeName): string {
  return name === "node24" ? process.execPath : join(folder, "node_modules", name, "bin/node");
}

export const nodeNames = ["node22", "node24", "node26"] as const;
export type NodeName = (typeof nodeNames)[number];

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program; answers what it printed, and throws with all of it if it fails. */
export function run(program: string, argv: readonly string[], { cwd, env = {} }: RunOptions): Promise<string> {
  // What pnpm hands to its scripts would steer the npm of a stranger.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_OPTIONS$|^CI$/i.test(name));
  const options = { cwd, env: { ...Object.fromEntries(own), ...env }, maxBuffer: 2 ** 26 };
  return new Promise((resolve, reject) => {
    execFile(program, [...argv], options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${program} ${argv.join(" ")}\n${stdout}${stderr}`)),
    );
  });
}

/** Installs packages in a folder. */
export async function install(path: string, manager: Manager, packages: readonly string[]): Promise<void> {
  const [program, argv] = managers[manager](packages) as [string, string[]];
  // The package of a Node installs its binary by an npm of its own, which is to look into the same cache first.
  await run(program, argv, { cwd: path, env: { npm_config_prefer_offline: "true" } });
}
