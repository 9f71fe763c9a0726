import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");

/** A package as it would be published, where workspace dependencies have become versions. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
}

/** Builds every package. Not at the same time as {@link packPackages}: turbo writes `dist` once more even if nothing has changed. */
export async function buildPackages(): Promise<void> {
  await run("pnpm", "build");
}

/** Packs every package as it is built. `prepack` of each, which would build it, is left out. */
export async function packPackages(folder: string): Promise<readonly Packed[]> {
  mkdirSync(folder, { recursive: true });
  const pack = ["--config.ignore-scripts=true", "pack", "--json", "--pack-destination", folder];
  const printed = await run("pnpm", "-r", "--filter", "./packages/*", ...pack);
  const packed = JSON.parse(printed) as readonly (Omit<Packed, "tarball"> & { readonly filename: string })[];
  return packed.map(({ name, version, filename }) => ({ name, version, tarball: filename }));
}

async function run(program: string, ...argv: string[]): Promise<string> {
  return (await promisify(execFile)(program, argv, { cwd: root, maxBuffer: 2 ** 26 })).stdout;
}
