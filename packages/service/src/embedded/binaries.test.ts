import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { linkLibraries } from "./binaries.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function unlinked(links: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-binaries-"));
  folders.push(folder);
  await mkdir(join(folder, "native/lib"), { recursive: true });
  await writeFile(join(folder, "native/lib/libicu.so.60.2"), "a library");
  await writeFile(join(folder, "native/pg-symlinks.json"), JSON.stringify(links));
  return folder;
}

test("libraries have their other names although no script was run, once and again", async () => {
  const folder = await unlinked([{ source: "native/lib/libicu.so.60.2", target: "native/lib/libicu.so.60" }]);
  for (const start of [1, 2]) {
    await linkLibraries(folder);
    expect(await readFile(join(folder, "native/lib/libicu.so.60"), "utf8"), `start ${start}`).toBe("a library");
  }
});

test.each([
  [{ source: "native/lib/libicu.so.60.2", target: "../../outside" }],
  [{ source: "native/../../../etc/passwd", target: "native/lib/libicu.so.60" }],
])("a link that leaves the package is refused: %j", async (link) => {
  await expect(linkLibraries(await unlinked([link]))).rejects.toThrow(/pattern|regex|Invalid/);
});

test("a package without a list needs no links", async () => {
  await expect(linkLibraries(tmpdir())).resolves.toBeUndefined();
});
