// Completes the build of packages/cli: the program bundles our packages and zod, so its types bring theirs along. Every declaration
// that is reachable from the cli's entries is copied to dist/types/<package>, and imports of these packages become relative.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const packages = join(import.meta.dirname, "../packages");
const out = join(packages, "cli/dist/types");
const zod = join(packages, "cli/node_modules/zod");
const specifier = /(\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"]*|@lateen\/[^"]*|zod)"/g;

/** The declaration that an import in `file` names. */
function resolve(file: string, from: string): string {
  if (from === "zod") return join(zod, "index.d.ts");
  if (from.startsWith(".")) return join(dirname(file), from).replace(/(\.d)?\.[jt]s$/, ".d.ts");
  const [, name, ...subpath] = from.split("/");
  const manifest = JSON.parse(readFileSync(join(packages, name!, "package.json"), "utf8"));
  return join(packages, name!, manifest.exports[[".", ...subpath].join("/")].types);
}

/** Destination of a declaration of `packages/<name>/dist`. */
function destination(file: string): string {
  if (file.startsWith(zod)) return join(out, "zod", relative(zod, file));
  const [name, , ...rest] = relative(packages, file).split(sep);
  return join(out, name!, ...rest.filter((part) => part !== "declarations"));
}

function copy(file: string, seen: Set<string>): void {
  if (seen.has(file)) return;
  seen.add(file);
  const text = readFileSync(file, "utf8").replaceAll(specifier, (_, keyword: string, from: string) => {
    const target = resolve(file, from);
    copy(target, seen);
    const path = relative(dirname(destination(file)), destination(target))
      .split(sep)
      .join("/");
    return `${keyword}"${path.startsWith(".") ? path : `./${path}`}"`.replace(/\.d\.ts"$/, '.js"');
  });
  mkdirSync(dirname(destination(file)), { recursive: true });
  writeFileSync(destination(file), text);
}

const declarations = join(packages, "cli/dist/declarations");
const seen = new Set<string>();
for (const entry of ["index.d.ts", "pipeline/index.d.ts"]) copy(join(declarations, entry), seen);
rmSync(declarations, { recursive: true });
