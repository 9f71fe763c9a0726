import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfigFnObject } from "vitest/config";
import { LongestFirst } from "./tools/longest-first.ts";

// Bundles what tests start in processes of its own.
const globalSetup = "packages/cli/test/bundled-programs.ts";

// `--mode real` is the tier that runs against programs that we did not write; `tools/real-servers` finds or installs them.
const unit = {
  include: ["packages/*/src/**/*.test.ts", "packages/cli/test/**/*.test.ts"],
  exclude: ["**/*.real.test.ts", "**/node_modules/**", "**/dist/**"],
  // A test takes a second at most on a machine of its own; this only ends one that hangs, and must not end one on a busy machine.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Files share the modules of their worker: loading them for each file took a third of the processor's time (measured November 2026).
  // A module that tests import therefore keeps no state of a test.
  isolate: false,
  // A test waits for servers, pauses and child processes about as long as it computes.
  maxWorkers: availableParallelism() * 2,
  globalSetup,
  sequence: { sequencer: LongestFirst },
  // Child processes, as `bin/lateen` does.
  env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/lateen", import.meta.url)) },
};
// What these print and hold are times and shares of a processor, so they have the machine to themselves, after all others.
const measured = ["packages/service/src/reliability.real.test.ts", "packages/service/src/event-load.real.test.ts"];
const notOurs = ["**/node_modules/**", "**/dist/**"];
const realGroups = [
  {
    name: "real",
    include: ["packages/**/*.real.test.ts"],
    exclude: [...notOurs, ...measured],
    // They wait for servers for about half of their time.
    maxWorkers: availableParallelism() + 1,
  },
  { name: "measured", include: measured, exclude: notOurs, maxWorkers: 1 },
];
const real = {
  sequence: { sequencer: LongestFirst },
  projects: realGroups.map((group, groupOrder) => ({
    extends: true as const,
    test: { ...group, globalSetup, testTimeout: 120_000, hookTimeout: 120_000, sequence: { groupOrder } },
  })),
};

// Tests run the packages from source. Both lists are needed: the first resolves imports inside the files that vite transforms, the
// second those that it hands to Node.
const resolve = {
  // Not `module`: the AWS SDK answers it with files that only a bundler can load.
  conditions: ["source", "node"],
  externalConditions: ["source", "node"],
};

const config: ViteUserConfigFnObject = defineConfig(({ mode }) => ({
  ssr: { resolve },
  test: mode === "real" ? real : unit,
}));

export default config;
