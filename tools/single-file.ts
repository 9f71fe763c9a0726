// node tools/single-file.ts FILE: the whole program as one file that Node runs without an installation, `node lateen.mjs ship`.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin } from "rolldown";
import { thirdPartyLicenses } from "./third-party-licenses.ts";

const root = join(import.meta.dirname, "..");
const program = join(root, "packages/cli");
const { version } = JSON.parse(readFileSync(join(program, "package.json"), "utf8")) as { version: string };

/** What `main.ts` reads from the folder of its package: a single file has none. */
const alone: readonly (readonly [RegExp, string])[] = [
  [/version: \(\) =>\s*\(JSON\.parse\([\s\S]*?\.version,/, `version: () => ${JSON.stringify(version)},`],
  [/home: fileURLToPath\(new URL\("\.\.", import\.meta\.url\)\),/, "home: undefined,"],
];

const withoutPackage: Plugin = {
  name: "without-package",
  transform(code, id) {
    if (id !== join(program, "src/main.ts")) return null;
    return alone.reduce((text, [pattern, own]) => {
      if (!pattern.test(text)) this.error(`main.ts has no ${pattern.source}: what a single file lacks has changed`);
      return text.replace(pattern, own);
    }, code);
  },
};

const file = resolve(process.argv[2] ?? "release/lateen.mjs");
await build({
  input: join(program, "src/main.ts"),
  cwd: program,
  platform: "node",
  // The service is a package of its own, with a database.
  external: ["@lateen/service"],
  resolve: {
    alias: { yaml: join(program, "node_modules/yaml/browser/index.js") },
    conditionNames: ["source", "node", "import", "module", "default"],
  },
  plugins: [withoutPackage, thirdPartyLicenses("THIRD-PARTY-LICENSES.txt")],
  output: {
    dir: dirname(file),
    entryFileNames: file.slice(dirname(file).length + 1),
    codeSplitting: false,
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  },
});
