import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageNames, root } from "./source-files.ts";

const { PATH, NODE_COMPILE_CACHE } = process.env;

/** A folder of somebody else, with the packages of this repository installed in it. */
export interface SampleFolder {
  readonly path: string;
  /** Writes a file into it; answers its path. */
  write(name: string, text: string): string;
  /** Runs a program of the repository there; answers what it printed, and throws where it fails. */
  run(program: string, argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  remove(): void;
}

/** Makes a {@link SampleFolder}. Packages run from source: Node takes the types off only outside of `node_modules`, where these links lead. */
export function makeSampleFolder(): SampleFolder {
  const path = mkdtempSync(join(tmpdir(), "lateen-samples-"));
  mkdirSync(join(path, "node_modules/@lateen"), { recursive: true });
  for (const name of packageNames) symlinkSync(join(root, "packages", name), join(path, "node_modules/@lateen", name));
  symlinkSync(join(root, "packages/fleet/node_modules/undici"), join(path, "node_modules/undici"));
  symlinkSync(join(root, "node_modules/vitest"), join(path, "node_modules/vitest"));
  symlinkSync(join(root, "node_modules/@types"), join(path, "node_modules/@types"));
  const write = (name: string, text: string): string => {
    const file = join(path, name);
    writeFileSync(file, text);
    return file;
  };
  write("package.json", '{ "type": "module" }');
  return {
    path,
    write,
    run: (program, argv, env = {}) =>
      new Promise((resolve, reject) => {
        const options = { cwd: path, env: { PATH, NODE_COMPILE_CACHE, ...env } };
        execFile(join(root, "node_modules/.bin", program), argv, options, (error, stdout, stderr) =>
          error === null ? resolve(stdout) : reject(new Error(`${program} ${argv.join(" ")}\n${stdout}${stderr}`)),
        );
      }),
    remove: () => rmSync(path, { recursive: true }),
  };
}
