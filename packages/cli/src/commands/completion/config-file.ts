import { extname, join } from "node:path";
import { findConfig } from "../../config/read-config-file.ts";
import type { Host } from "../../host.ts";

/** The configuration that a command line would read. */
export type ConfigFile =
  | { readonly kind: "file"; readonly path: string }
  /** A `.ts` or `.js` file: no one expects a TAB to run the programs of the folder that he is in, nor could it be stopped. */
  | { readonly kind: "program" }
  | { readonly kind: "none" };

/** Finds it as the command itself does: `--config`, `LATEEN_CONFIG`, the nearest one. */
export function findConfigFile({ env, cwd, files }: Pick<Host, "env" | "cwd" | "files">, flag?: string): ConfigFile {
  const ambient = env["LATEEN_CONFIG"]?.trim() ?? "";
  const path = expanded(flag, env) ?? (ambient === "" ? findConfig(cwd, files) : ambient);
  if (path === undefined) return { kind: "none" };
  return /^\.[cm]?[jt]s$/.test(extname(path)) ? { kind: "program" } : { kind: "file", path };
}

/** The shell has not yet put the home in place of `~`. */
function expanded(file: string | undefined, env: Host["env"]): string | undefined {
  return file?.startsWith("~/") === true && env["HOME"] !== undefined ? join(env["HOME"], file.slice(2)) : file;
}
