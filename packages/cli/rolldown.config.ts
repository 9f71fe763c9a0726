import type { RolldownOptions } from "rolldown";

import { thirdPartyLicenses } from "../../tools/third-party-licenses.ts";

// The program needs no dependencies of its own: everything is bundled from source, and what a command does not use stays in a chunk
// that it does not load.
const config: RolldownOptions = {
  input: { index: "src/index.ts", main: "src/main.ts" },
  platform: "node",
  resolve: { conditionNames: ["source", "node", "import", "module", "default"] },
  plugins: [thirdPartyLicenses("THIRD-PARTY-LICENSES.txt")],
  output: {
    dir: "dist",
    cleanDir: true,
    chunkFileNames: "chunks/[name]-[hash].js",
    // One chunk in place of the fifteen that commands share parts of: each costs a start 0.25 ms (measured November 2026).
    codeSplitting: {
      groups: [
        {
          name: "kernel",
          test: /packages[\\/]kernel[\\/]src[\\/](?!testing)/,
          includeDependenciesRecursively: false,
        },
      ],
    },
    minify: { compress: true, mangle: false },
  },
};

export default config;
