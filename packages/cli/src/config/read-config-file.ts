import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { ReleaseError, systemCode } from "@lateen/kernel";
import type { Files } from "../io/files.ts";
import type { SourceDocument } from "./read-yaml.ts";
import { cliError } from "./errors.ts";

/** Names of the configuration file, the first that exists in a folder wins. `lateen.mjs` is none: the program as a single file is called so. */
export const configNames: readonly string[] = ["lateen.yaml", "lateen.yml", "lateen.json", "lateen.ts", "lateen.js"];

/** The nearest configuration file from `folder` up to the root of its git repository; undefined if there is none. */
export function findConfig(folder: string, files: Files): string | undefined {
  for (let here = resolve(folder); ; here = dirname(here)) {
    const name = configNames.find((candidate) => files.exists(join(here, candidate)));
    if (name !== undefined) return join(here, name);
    if (files.exists(join(here, ".git")) || dirname(here) === here) return undefined;
  }
}

/**
 * The longest configuration that is read, in bytes: a thousand pinned tenants take 60 KiB, and the parser compares every key of a
 * mapping with every other.
 */
const longestConfig = 256 * 1024;

/** The system's code in words, the code itself if there are none. */
function whyUnreadable(error: unknown): string | undefined {
  const code = systemCode(error);
  const words: Readonly<Record<string, string>> = {
    EFBIG: `it is longer than ${longestConfig} bytes`,
    ENOENT: "there is no such file",
    EACCES: "this user may not read it",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of its path is a file",
  };
  return code === undefined ? undefined : (words[code] ?? code);
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
    if (/^\.[cm]?[jt]s$/.test(extname(absolute)))
      return await (await import("./read-program.ts")).readProgram(absolute, shown);
    const text = files.read(absolute, longestConfig);
    return (await import("./read-yaml.ts")).readYaml(shown, text);
  } catch (error) {
    if (error instanceof ReleaseError) throw error;
    throw cliError("CONFIG_UNREADABLE", "input", {
      message: `the configuration ${shown} cannot be read`,
      why: whyUnreadable(error),
      fix: "check the path and the permissions of the file",
      cause: error,
    });
  }
}
