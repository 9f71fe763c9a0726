import type { Environment } from "../config/layers.ts";

/** Variables that every command gets of this program's environment. */
const always = ["PATH", "HOME", "LANG"];

/** The environment of a command: these three and what its entry names, nothing else. */
export function commandEnvironment(env: Environment, names: readonly string[]): Readonly<Record<string, string>> {
  const given = [...always, ...names].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}
