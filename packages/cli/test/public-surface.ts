import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../src/commands/commands.table.ts";
import { errorExitCodes, outcomeExitCodes } from "../src/output/exit-codes.table.ts";
import type { PublicSurface } from "./decide-bump.ts";
import { packageNames, root } from "./source-files.ts";

process.env["LATEEN_ROOT"] = root;
const { declarationsOf } = await import("../../../apps/docs/reference/api.ts");
const { fieldsOf } = await import("../../../apps/docs/reference/schema-fields.ts");

/** The surface of the last release, in a file next to the lists of names. */
export const releasedFile: string = join(import.meta.dirname, "surface/released.json");

/** Everything that a program, a configuration or a script can depend on, each with what it is. */
export function publicSurface(): PublicSurface {
  const exported = packageNames.flatMap((name) =>
    declarationsOf(name).map(({ entry, name: own, text }) => [`${entry} ${own}`, text]),
  );
  const keys = (file: string): readonly (readonly [string, string])[] => {
    const schema = JSON.parse(readFileSync(join(root, "packages/cli", file), "utf8")) as object;
    return fieldsOf(schema).map(({ key, type }) => [key, type]);
  };
  return Object.fromEntries([
    ...exported,
    ...keys("schema.json").map(([key, type]) => [`lateen.yaml ${key}`, type]),
    ...keys("result-schema.json").map(([key, type]) => [`result ${key}`, type]),
    ...[...outcomeExitCodes, ...errorExitCodes].map(({ outcome, exit }) => [`exit ${outcome}`, String(exit)]),
    ...commands.map(({ name, writes }) => [`command ${name}`, writes ? "writes" : "reads"]),
  ]) as PublicSurface;
}
