import { createHash } from "node:crypto";

/** A git object: its type, its content, and the id that git gives them. */
export interface GitObject {
  readonly id: string;
  readonly type: "blob" | "tree" | "commit";
  readonly content: Buffer;
}

/** Makes the object that holds `content`. Source: gitformat-loose(5); the id is the SHA-1 of header and content. */
export function gitObject(type: GitObject["type"], content: string | Buffer): GitObject {
  const bytes = Buffer.from(content);
  const id = createHash("sha1").update(headerOf(type, bytes)).update(bytes).digest("hex");
  return { id, type, content: bytes };
}

/** A tree that holds one file. Source: git's Documentation/technical/pack-format, "tree": mode, name, NUL, id in binary. */
export function treeOf(file: string, blob: GitObject): GitObject {
  return gitObject("tree", Buffer.concat([Buffer.from(`100644 ${file}\0`), Buffer.from(blob.id, "hex")]));
}

/** Header that git puts before the content, in its hash and on disk. */
export function headerOf(type: string, content: Buffer): string {
  return `${type} ${content.length}\0`;
}
