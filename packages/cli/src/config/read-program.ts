import { pathToFileURL } from "node:url";
import { plainText, systemCode } from "@lateen/kernel";
import type { SourceDocument } from "./read-yaml.ts";
import { configError, formatKey, type Problem } from "./problem.ts";
import { cliError } from "./errors.ts";

/**
 * Runs a `.ts` or `.js` file: its default export is the configuration, or what that function answers. Node strips the types by
 * itself.
 * @throws ReleaseError `CONFIG_UNREADABLE`, `CONFIG_INVALID`
 */
export async function readProgram(path: string, shown: string): Promise<SourceDocument> {
  const value = await runProgram(path, shown);
  if (value === undefined) {
    throw cliError("CONFIG_UNREADABLE", "input", {
      message: `the configuration ${shown} has no default export`,
      fix: "write: export default { forge: { … } }",
    });
  }
  // A program says no place: its values may come from anywhere.
  const document: SourceDocument = {
    file: shown,
    value,
    line: () => "",
    position: () => undefined,
    keyPosition: () => undefined,
  };
  const lively = findLively(value).map((at): Problem => ({
    where: shown,
    key: formatKey(at),
    message: "must be plain data, such as text, a number or a list",
  }));
  if (lively.length > 0) throw configError(lively);
  return document;
}

async function runProgram(path: string, shown: string): Promise<unknown> {
  try {
    const program = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return typeof program.default === "function" ? await (program.default as () => unknown)() : program.default;
  } catch (cause) {
    throw cliError("CONFIG_UNREADABLE", "input", {
      message: `the configuration ${shown} cannot be run`,
      why: cause instanceof Error ? plainText(cause.message, 300) : systemCode(cause),
      fix: `run node ${shown} to see the failure`,
      cause,
    });
  }
}

/** Finds a function or a promise, which a configuration cannot hold. */
function findLively(
  value: unknown,
  path: readonly PropertyKey[] = [],
  above: readonly object[] = [],
): readonly (readonly PropertyKey[])[] {
  if (typeof value === "function" || typeof value === "symbol" || value instanceof Promise) return [path];
  if (typeof value !== "object" || value === null || above.includes(value)) return [];
  const keyed = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return keyed.flatMap(([key, item]) => findLively(item, [...path, key], [...above, value]));
}
