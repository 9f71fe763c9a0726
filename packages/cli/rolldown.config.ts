import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChunkingContext, RolldownOptions } from "rolldown";

import { thirdPartyLicenses } from "../../tools/third-party-licenses.ts";

/** What opens a configuration and a job, and passes the gate: the adapters and their schemas are loaded where they are used. */
const jobFiles =
  /^cli\/src\/(?:commands\/(?:gate\/run|open-job)|job\/(?:resolve-commit|event-payload|overrides|dry-run\/simulated-events)|wiring\/(?:wiring|git)|output\/(?:conclude|answer))\.ts$/;
const stageFiles =
  /^cli\/src\/pipeline\/(?:run-pipeline|tolerated|guards\/(?:guards|starvation)|steps\/pass-gate)\.ts$/;
const configFiles = /^cli\/src\/config\/(?!schema|fields|json-schema|known-keys|show)/;
const gateFiles = /^gate\/src\/(?!testing|gitea|github|schema|attempts)/;
const senderFiles = /^registry\/src\/(?:sender|plain-client)\.ts$/;

const program = fileURLToPath(new URL("src/main.ts", import.meta.url));
const started = new Set<string>();

/** What the program loads before it knows its command: every file of this package that `main.ts` imports, and what those import. */
function inStart(id: string, context: ChunkingContext): string | null {
  const visit = (file: string): void => {
    if (started.has(file) || !file.startsWith(dirname(program))) return;
    started.add(file);
    context.getModuleInfo(file)?.importedIds.forEach(visit);
  };
  if (started.size === 0) visit(program);
  return started.has(id) && id !== program ? "start" : null;
}

function inEveryJob(id: string): boolean {
  const file = id.replaceAll("\\", "/").split("/packages/").at(-1) ?? "";
  return [jobFiles, stageFiles, configFiles, gateFiles, senderFiles].some((files) => files.test(file));
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
  plugins: [thirdPartyLicenses("THIRD-PARTY-LICENSES.txt")],
  output: {
    dir: "dist",
    cleanDir: true,
    chunkFileNames: "chunks/[name]-[hash].js",
    // A chunk costs a start 0.25 ms (measured November 2026): what nearly every command loads comes in two, not in forty.
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: inStart, debugName: "start", priority: 1 },
        { name: "kernel", test: /packages[\\/](?:kernel|git-log)[\\/]src[\\/](?!testing)/ },
        { name: "job", test: inEveryJob },
      ],
    },
    // Lines and names stay: Node prints the line of an error that is not caught, and a stack names functions.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  },
};

export default config;
