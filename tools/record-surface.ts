// pnpm bump: consumes the changesets, and records what is public now. The next release is compared with it.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publicSurface, releasedFile } from "../packages/cli/test/public-surface.ts";

const root = join(import.meta.dirname, "..");
execFileSync("changeset", ["version"], { cwd: root, stdio: "inherit" });
const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")) as { version: string };
writeFileSync(releasedFile, `${JSON.stringify({ version, surface: publicSurface() }, null, 1)}\n`);
console.log(`recorded the surface of ${version}`);
