import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";

/** npm 11.15 is the first that stages. Source: docs.npmjs.com, "Staged publishing". */
const npm = ["npx", "-y", "npm@^11.15.0"];

/**
 * Stages packed packages on npm, each once: a version that is staged already cannot be staged again, so that a run which is repeated after a
 * fault goes on with the others. Answers those that were refused, each with npm's own words.
 */
export async function stagePackages(
  tarballs: readonly string[],
  [program = "", ...before]: readonly string[] = npm,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const tarball of tarballs) {
    const argv = [...before, "stage", "publish", tarball, "--access", "public"];
    await promisify(execFile)(program, argv).then(
      () => console.log(`staged ${basename(tarball)}`),
      (error: { readonly stderr?: string; readonly message: string }) =>
        refused.push(`${basename(tarball)}: ${error.stderr?.trim() || error.message}`),
    );
  }
  return refused;
}
