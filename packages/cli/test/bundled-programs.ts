import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

// A start from source loads some 280 files and takes 0.47 s of the processor's time; one from a bundle takes 0.17 s (measured November
// 2026). So what tests start in processes of its own is bundled from the same source once for each state of it.

const root = fileURLToPath(new URL("../../..", import.meta.url));
// One level below the package's folder, like `src` and `dist`: the program looks for the manifest of its package there.
const folder = join(root, "packages/cli/bundled");

const programs = {
  lateen: new URL("../src/main.ts", import.meta.url),
  rollOut: new URL("../../fleet/test/roll-out-child.ts", import.meta.url),
  driver: new URL("../../fleet/test/driver-child.ts", import.meta.url),
};

/** Command line of a bundled program, without its own arguments; the options of Node are those of `bin/lateen`. */
export function bundled(program: keyof typeof programs): readonly [node: string, ...argv: string[]] {
  return [process.execPath, "--max-semi-space-size=4", join(folder, `${program}.js`)];
}

/** Folder for the PATH of a shell, in which `lateen` is the bundled program. */
export const bundledBin: string = join(folder, "bin");

/** Set-up of a test run: bundles the programs if their source has changed since the last run. */
export async function setup(): Promise<void> {
  const stamp = join(folder, "source.sha256");
  const source = sourceDigest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === source) return;
  await build({
    input: Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, fileURLToPath(file)])),
    cwd: join(root, "packages/cli"),
    platform: "node",
    // What few tests load, and the service, which is a package of its own.
    external: [/^@aws-sdk\//, /^@kubernetes\//, "@lateen/service"],
    resolve: {
      alias: { yaml: join(root, "packages/cli/node_modules/yaml/browser/index.js") },
      conditionNames: ["source", "node", "import", "module", "default"],
    },
    output: { dir: folder, cleanDir: true, chunkFileNames: "chunks/[name]-[hash].js" },
  });
  const command = bundled("lateen")
    .map((word) => `'${word}'`)
    .join(" ");
  const cache = `NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-${join(root, "node_modules/.cache/lateen")}}"`;
  mkdirSync(bundledBin, { recursive: true });
  writeFileSync(join(bundledBin, "lateen"), `#!/bin/sh\nexport ${cache}\nexec ${command} "$@"\n`, { mode: 0o755 });
  writeFileSync(stamp, source);
}

function sourceDigest(): string {
  const digest = createHash("sha256");
  const files = globSync(["packages/*/{src,test}/**/*.ts", "packages/*/package.json", "pnpm-lock.yaml"], { cwd: root });
  for (const file of files.filter((name) => !name.endsWith(".test.ts")).toSorted())
    digest.update(`${file}\n`).update(readFileSync(join(root, file)));
  return digest.digest("hex");
}
