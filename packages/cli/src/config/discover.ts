import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { plainText, ReleaseError, systemCode } from "@lateen/kernel";
import type { Files } from "../io/files.ts";
import { readYaml, type SourceDocument } from "./document.ts";

/** Names of the configuration file, the first that exists in a folder wins. */
export const configNames: readonly string[] = [
  "lateen.yaml",
  "lateen.yml",
  "lateen.json",
  "lateen.ts",
  "lateen.js",
  "lateen.mjs",
];

/** The nearest configuration file from `folder` up to the root of its git repository; undefined if there is none. */
export function findConfig(folder: string, files: Files): string | undefined {
  for (let here = resolve(folder); ; here = dirname(here)) {
    const name = configNames.find((candidate) => files.exists(join(here, candidate)));
    if (name !== undefined) return join(here, name);
    if (files.exists(join(here, ".git")) || dirname(here) === here) return undefined;
  }
}

/**
 * Reads one configuration file.
 * @throws ReleaseError `CONFIG_UNREADABLE`, `CONFIG_INVALID`
 */
export async function readConfigFile(path: string, cwd: string, files: Files): Promise<SourceDocument> {
  const absolute = isAbsolute(path) ? path : resolve(cwd, path);
  const near = relative(cwd, absolute);
  const shown = near === "" || near.startsWith("..") ? absolute : near;
  try {
    if (/^\.[cm]?[jt]s$/.test(extname(absolute))) return await readProgram(absolute, shown);
    return readYaml(shown, files.read(absolute));
  } catch (error) {
    if (error instanceof ReleaseError) throw error;
    throw new ReleaseError({
      code: "CONFIG_UNREADABLE",
      category: "input",
      message: `the configuration ${shown} cannot be read`,
      why: systemCode(error),
      fix: "check the path and the permissions of the file",
      cause: error,
    });
  }
}

/** A `.ts` or `.js` file: its default export, or what that function answers. Node strips the types by itself. */
async function readProgram(path: string, shown: string): Promise<SourceDocument> {
  const module = await runProgram(path, shown);
  if (module.default === undefined) {
    throw new ReleaseError({
      code: "CONFIG_UNREADABLE",
      category: "input",
      message: `the configuration ${shown} has no default export`,
      fix: "write: export default { forge: { … } }",
    });
  }
  const value: unknown =
    typeof module.default === "function" ? await (module.default as () => unknown)() : module.default;
  return { file: shown, value, position: () => undefined, keyPosition: () => undefined };
}

async function runProgram(path: string, shown: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (cause) {
    throw new ReleaseError({
      code: "CONFIG_UNREADABLE",
      category: "input",
      message: `the configuration ${shown} cannot be run`,
      why: cause instanceof Error ? plainText(cause.message, 300) : systemCode(cause),
      fix: `node ${shown} shows where it fails`,
      cause,
    });
  }
}
