import type { Plugin } from "rolldown";

const named = /^import \{([^}]*)\} from ("node:[\w/]+");$/gm;

/**
 * Takes what a chunk needs of Node's modules from the modules themselves. An `import` reads every export, and some are getters that load more:
 * the streams of `node:fs`, webcrypto of `node:crypto`, the WebSocket of `node:http`.
 */
export function builtinModules(): Plugin {
  return {
    name: "builtin-modules",
    renderChunk: (code) =>
      code.replaceAll(
        named,
        (_, names: string, module: string) =>
          `const {${names.replaceAll(" as ", ": ")}} = process.getBuiltinModule(${module});`,
      ),
  };
}
