import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createBare } from "../git/repository.ts";
import { type Files, writeCommit, writeRef } from "./write-commit.ts";

/** One commit to be made. */
export interface CommitDraft {
  readonly message: string;
  /** Files that the commit adds or changes, by path; null removes one. @default a file that only this commit has */
  readonly files?: Readonly<Record<string, string | null>>;
  /** @default "main" */
  readonly branch?: string;
  /** Id of the parent, or null for a root commit. @default the head of the branch, if there is one */
  readonly parent?: string | null;
  /** Date in milliseconds since the Unix epoch. @default one minute after the commit made before */
  readonly at?: number;
}

/** A bare git repository on disk. The same drafts in the same order give the same commit ids. */
export interface GitRepository {
  /** Folder of the repository, ending in `.git`. */
  readonly path: string;
  /** Folder that holds the repository: what a git server serves. */
  readonly root: string;
  /** The `file:` address. */
  readonly url: string;
  /** Makes a commit, moves the branch to it even if it does not descend from its head, and answers the full id. */
  commit(draft: CommitDraft): Promise<string>;
  /** Points `ref` (a full name) at `id`, or deletes it. */
  setRef(ref: string, id: string | null): Promise<void>;
  /** The full id that `ref` has. */
  head(ref: string): Promise<string | undefined>;
  /** Runs git in the repository. */
  git(...args: readonly string[]): Promise<string>;
  /** Removes it all. */
  close(): Promise<void>;
}

/** Makes an empty bare repository named `name` in a temporary folder. */
export async function createGitRepository({
  name = "core.git",
}: { readonly name?: string } = {}): Promise<GitRepository> {
  const root = await mkdtemp(join(tmpdir(), "lateen-repository-"));
  const path = join(root, name);
  const git = (...args: readonly string[]) => runPlainGit(["-C", path, ...args]);
  await createBare(path, "main");
  const head = (ref: string) =>
    git("rev-parse", "--verify", "--quiet", ref).then(
      (id) => id.trim(),
      () => undefined,
    );
  let clock = Date.UTC(2026, 0, 1);
  /** Heads of branches that only `commit` has moved. */
  const known = new Map<string, string | undefined>([["refs/heads/main", undefined]]);
  /** Files of the commits that `commit` has written. */
  const written = new Map<string | undefined, Files>([[undefined, new Map()]]);
  return {
    path,
    root,
    url: pathToFileURL(path).href,
    head,
    git(...args) {
      known.clear();
      return git(...args);
    },
    async setRef(ref, id) {
      known.delete(ref);
      await git(...(id === null ? ["update-ref", "-d", ref] : ["update-ref", ref, id]));
    },
    async commit({ message, branch = "main", at = clock + 60_000, ...draft }) {
      clock = at;
      const ref = `refs/heads/${branch}`;
      const tip = async () => (known.has(ref) ? known.get(ref) : await head(ref));
      const parent = (draft.parent === undefined ? await tip() : draft.parent) ?? undefined;
      const changes = draft.files ?? { [`changes/${at}.txt`]: `${message}\n` };
      const person = `Ada Example <ada@example.com> ${Math.trunc(at / 1000)} +0000`;
      const before = written.get(parent);
      if (before === undefined && parent !== undefined) {
        const stream = importStream({ ref, message, person, parent, changes });
        const id = (await runPlainGit(["-C", path, "fast-import", "--quiet", "--force"], stream)).trim();
        known.set(ref, id);
        return id;
      }
      const files = applied(before ?? new Map(), changes);
      const id = await writeCommit(path, { parent, person, message, files });
      await writeRef(path, ref, id);
      written.set(id, files);
      known.set(ref, id);
      return id;
    },
    close: () => rm(root, { recursive: true, force: true, maxRetries: 3 }),
  };
}

type Changes = NonNullable<CommitDraft["files"]>;

function applied(before: Files, changes: Changes): Files {
  const files = new Map(before);
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) files.delete(path);
    else files.set(path, text);
  }
  return files;
}

/** One commit on a parent that git itself has made, whose id git prints. Source: git-fast-import(1), "INPUT FORMAT". */
function importStream(commit: {
  readonly ref: string;
  readonly message: string;
  readonly person: string;
  readonly parent: string;
  readonly changes: Changes;
}): string {
  const { ref, message, person, parent } = commit;
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const changes = Object.entries(commit.changes).map(([file, text]) =>
    text === null ? `D ${file}\n` : `M 100644 inline ${file}\n${data(text)}`,
  );
  const people = `author ${person}\ncommitter ${person}\n`;
  return `commit ${ref}\nmark :1\n${people}${data(message)}from ${parent}\n${changes.join("")}\nget-mark :1\n`;
}

/** Runs git as on a machine without configuration. */
export function runPlainGit(args: readonly string[], input?: string): Promise<string> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    LC_ALL: "C",
    HOME: tmpdir(),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
  };
  return new Promise((resolve, reject) => {
    const child = execFile("git", args, { env, maxBuffer: 16_777_216 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    child.stdin?.on("error", () => undefined).end(input ?? "");
  });
}
