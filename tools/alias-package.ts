import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const program = `#!/usr/bin/env node
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const manifest = createRequire(import.meta.url).resolve("@lateen/cli/package.json");
await import(new URL("dist/main.js", pathToFileURL(manifest)).href);
`;

/** Packs the package `lateen`, which is the program under its own name: `npx lateen` runs `@lateen/cli` of the same version. Answers the tarball. */
export function packAlias(folder: string): string {
  const { version, description, license, repository, homepage, bugs, engines, keywords } = JSON.parse(
    readFileSync(join(root, "packages/cli/package.json"), "utf8"),
  ) as Readonly<Record<string, unknown>>;
  const own = mkdtempSync(join(tmpdir(), "lateen-alias-"));
  const manifest = {
    name: "lateen",
    version,
    description,
    keywords,
    homepage,
    bugs,
    license,
    repository,
    bin: { lateen: "lateen.js" },
    files: ["lateen.js"],
    type: "module",
    dependencies: { "@lateen/cli": version },
    engines,
    publishConfig: { access: "public" },
  };
  try {
    writeFileSync(join(own, "package.json"), JSON.stringify(manifest, null, 2));
    writeFileSync(join(own, "lateen.js"), program);
    chmodSync(join(own, "lateen.js"), 0o755);
    writeFileSync(
      join(own, "README.md"),
      `# lateen\n\n${String(description)}\n\nThe program of [@lateen/cli](${String(homepage)}) under its own name: \`npx lateen --help\`.\n`,
    );
    copyFileSync(join(root, "LICENSE"), join(own, "LICENSE"));
    mkdirSync(folder, { recursive: true });
    const printed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
      cwd: own,
      encoding: "utf8",
    });
    return join(folder, printed.trim());
  } finally {
    rmSync(own, { recursive: true });
  }
}
