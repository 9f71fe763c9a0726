import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { type GitObject, headerOf } from "./objects.ts";

/** Makes a bare repository on `branch`, as far as git needs one: a program less than `git init`. Source: gitrepository-layout(5). */
export async function createBare(repository: string, branch = "log"): Promise<void> {
  await mkdir(repository);
  await Promise.all([
    mkdir(join(repository, "objects")),
    mkdir(join(repository, "refs")),
    writeFile(join(repository, "HEAD"), `ref: refs/heads/${branch}\n`),
    writeFile(join(repository, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"),
  ]);
}

/** Writes loose objects. Source: gitformat-loose(5). */
export async function writeObjects(repository: string, objects: readonly GitObject[]): Promise<void> {
  await Promise.all(
    objects.map(async ({ id, type, content }) => {
      const folder = join(repository, "objects", id.slice(0, 2));
      await mkdir(folder, { recursive: true });
      const bytes = await promisify(deflate)(Buffer.concat([Buffer.from(headerOf(type, content)), content]));
      await writeFile(join(folder, id.slice(2)), bytes);
    }),
  );
}

/** Says that the history was cut at a commit, which git then takes without its parents. Source: gitformat-shallow(5). */
export async function cutHistoryAt(repository: string, id: string): Promise<void> {
  await writeFile(join(repository, "shallow"), `${id}\n`);
}

/** The id that a ref names. */
export async function readRef(repository: string, ref: string): Promise<string> {
  return (await readFile(join(repository, ref), "utf8")).trim();
}
