import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { promisify } from "node:util";

/** npm 11.15 is the first that stages. Source: docs.npmjs.com, "Staged publishing". */
const npm = ["npx", "-y", "npm@^11.15.0"];

/**
 * Stages packed packages on npm. One that is there already with the same content, staged or published, is passed over, so that a run which is
 * repeated after a fault goes on with the others. Answers those that were refused, each with npm's own words.
 */
export async function stagePackages(
  tarballs: readonly string[],
  command: readonly string[] = npm,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const tarball of tarballs) {
    const file = basename(tarball);
    try {
      await run(command, "stage", "publish", tarball, "--access", "public");
      console.log(`staged ${file}`);
    } catch (error) {
      const there = await shasumsThere(command, tarball);
      const own = createHash("sha1").update(readFileSync(tarball)).digest("hex");
      if (there.length > 0 && there.every((shasum) => shasum === own)) console.log(`${file} is there already`);
      else refused.push(`${file}: ${there.length > 0 ? "npm has this version with other content" : wordsOf(error)}`);
    }
  }
  return refused;
}

async function run([program = "", ...before]: readonly string[], ...argv: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...before, ...argv])).stdout;
}

function wordsOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  return stderr?.trim() || message;
}

/** SHA-1 of what npm has as the version of `tarball`, staged and published; none if it has none, or does not say. */
async function shasumsThere(command: readonly string[], tarball: string): Promise<readonly string[]> {
  const text = execFileSync("tar", ["-xzOf", tarball, "package/package.json"], { encoding: "utf8" });
  const { name, version } = JSON.parse(text) as { readonly name: string; readonly version: string };
  const read = async <T>(...argv: readonly string[]): Promise<T | undefined> => {
    const said = await run(command, ...argv, "--json").catch(() => "");
    return said.trim() === "" ? undefined : (JSON.parse(said) as T);
  };
  const staged = await read<readonly { readonly version: string; readonly shasum: string }[]>("stage", "list", name);
  const published = await read<string>("view", `${name}@${version}`, "dist.shasum");
  return [
    ...(staged ?? []).filter((item) => item.version === version).map(({ shasum }) => shasum),
    ...(published === undefined ? [] : [published]),
  ];
}
