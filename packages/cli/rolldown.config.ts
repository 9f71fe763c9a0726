import { fileURLToPath } from "node:url";
import type { ChunkingContext, RolldownOptions } from "rolldown";
import { builtinModules } from "../../tools/builtin-modules.ts";
import { withoutFacades } from "../../tools/without-facades.ts";
import { thirdPartyLicenses } from "../../tools/third-party-licenses.ts";

const packages = fileURLToPath(new URL("../", import.meta.url));

/** A chunk: files of its packages that its entries import at once, and what those import. */
const chunks: readonly { readonly name: string; readonly of: RegExp; readonly entries: readonly string[] }[] = [
  { name: "start", of: /^cli/, entries: ["cli/src/main.ts"] },
  { name: "kernel", of: /^kernel/, entries: ["kernel/src/index.ts"] },
  {
    name: "job",
    of: /^cli|^registry.src.http|^fleet.src.engine.until|^npm:zod/,
    entries: [
      "cli/src/commands/open-writer-job.ts",
      "cli/src/config/interpret-schemas.ts",
      "cli/src/config/load.ts",
      "fleet/src/engine/until.ts",
    ],
  },
  { name: "yaml", of: /^cli|^npm:yaml/, entries: ["cli/src/config/read-yaml.ts"] },
  { name: "answer", of: /^cli/, entries: ["cli/src/output/conclude.ts", "cli/src/command-line/registry-ref.ts"] },
  { name: "gate", of: /^cli|^gate/, entries: ["cli/src/commands/gate/run.ts"] },
  { name: "registry", of: /^registry/, entries: ["registry/src/index.ts"] },
];

const reached = new Map<string, Set<string>>();

function reachedFrom({ of, entries }: (typeof chunks)[number], context: ChunkingContext): Set<string> {
  const files = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file) || !of.test(nameOf(file))) return;
    files.add(file);
    context.getModuleInfo(file)?.importedIds.forEach(visit);
  };
  for (const entry of entries) {
    if (context.getModuleInfo(packages + entry) === null) throw new Error(`the program has no ${entry}`);
    visit(packages + entry);
  }
  return files;
}

/** `cli/src/main.ts`, or `npm:zod/index.js`. */
function nameOf(file: string): string {
  return file.startsWith(packages) ? file.slice(packages.length) : file.replace(/^.*[\\/]node_modules[\\/]/, "npm:");
}

/** The first chunk that holds a file; `main.ts` is a file of its own. */
function chunkOf(id: string, context: ChunkingContext): string | null {
  // What rolldown itself adds to a bundle belongs to what every chunk imports.
  if (id.startsWith("\0rolldown")) return "kernel";
  for (const chunk of chunks) {
    const files = reached.get(chunk.name) ?? reachedFrom(chunk, context);
    reached.set(chunk.name, files);
    if (files.has(id)) return id.endsWith("cli/src/main.ts") ? null : chunk.name;
  }
  return null;
}

// The program needs no dependencies of its own: everything is bundled from source, and what a command does not use stays in a chunk
// that it does not load.
const config: RolldownOptions = {
  input: { index: "src/index.ts", main: "src/main.ts", pipeline: "src/pipeline/index.ts" },
  platform: "node",
  // The ES modules of yaml: for Node it publishes CommonJS alone, which loads `node:process` and everything that hangs on it.
  resolve: {
    alias: { yaml: fileURLToPath(new URL("node_modules/yaml/browser/index.js", import.meta.url)) },
    conditionNames: ["source", "node", "import", "module", "default"],
  },
  plugins: [builtinModules(), withoutFacades(), thirdPartyLicenses("THIRD-PARTY-LICENSES.txt")],
  output: {
    dir: "dist",
    cleanDir: true,
    chunkFileNames: "chunks/[name]-[hash].js",
    // A chunk costs a start 0.25 ms (measured November 2026): what nearly every command loads comes in two, not in forty.
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: chunkOf, debugName: "entries" }],
    },
    // Lines and names stay: Node prints the line of an error that is not caught, and a stack names functions.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  },
};

export default config;
