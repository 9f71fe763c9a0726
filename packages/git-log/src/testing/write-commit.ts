import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type GitObject, gitObject } from "../git/objects.ts";
import { writeObjects } from "../git/repository.ts";

/** Contents of the files of a commit, by path. */
export type Files = ReadonlyMap<string, string>;

/** One commit, in the words of a commit object. */
export interface CommitText {
  readonly parent: string | undefined;
  /** Name, address, seconds and zone. */
  readonly person: string;
  readonly message: string;
  readonly files: Files;
}

/** Writes a commit and everything in it as loose objects: no program is started, which is most of the time of a small test. */
export async function writeCommit(repository: string, { parent, person, message, files }: CommitText): Promise<string> {
  const objects: GitObject[] = [];
  const tree = treeOf(files, objects);
  const parents = parent === undefined ? "" : `parent ${parent}\n`;
  const commit = gitObject("commit", `tree ${tree}\n${parents}author ${person}\ncommitter ${person}\n\n${message}`);
  await writeObjects(repository, [...objects, commit]);
  return commit.id;
}

/** Points a ref at a commit. A reader sees the old id or the new one, never half of it. */
export async function writeRef(repository: string, ref: string, id: string): Promise<void> {
  const path = join(repository, ref);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${id}\n`);
  await rename(`${path}.new`, path);
}

/** The id of the tree that holds `files`; adds its objects. Source: git-mktree(1): entries by name, a folder's as if it ended in `/`. */
function treeOf(files: Files, objects: GitObject[]): string {
  const add = (object: GitObject): Buffer => (objects.push(object), Buffer.from(object.id, "hex"));
  const rows: { name: string; row: Buffer }[] = [];
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    const at = path.indexOf("/");
    const name = at === -1 ? path : path.slice(0, at);
    if (at === -1)
      rows.push({ name, row: Buffer.concat([Buffer.from(`100644 ${name}\0`), add(gitObject("blob", text))]) });
    else folders.set(name, (folders.get(name) ?? new Map<string, string>()).set(path.slice(at + 1), text));
  }
  for (const [name, inner] of folders) {
    const id = Buffer.from(treeOf(inner, objects), "hex");
    rows.push({ name: `${name}/`, row: Buffer.concat([Buffer.from(`40000 ${name}\0`), id]) });
  }
  rows.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const tree = gitObject("tree", Buffer.concat(rows.map(({ row }) => row)));
  objects.push(tree);
  return tree.id;
}
