import { memoize, parseCommitSha } from "@lateen/kernel";
import type { Sources } from "../ports/sources.ts";

/** The path of a file's contents at a commit, which both forges spell alike. */
export function contentsPath(path: string, sha: string): string {
  return `/contents/${path.split("/").map(encodeURIComponent).join("/")}?ref=${sha}`;
}

/** The path of a workflow, which both forges know by the name of its file. */
export function workflowPath(file: string): string {
  return `/actions/workflows/${encodeURIComponent(file.slice(file.lastIndexOf("/") + 1))}`;
}

/** A reader that asks once: a file at a commit never changes. A read that failed is not kept. */
export function keepFiles(read: Sources["file"]): Sources["file"] {
  const load = memoize((key: string, signal) => read(key.slice(41), parseCommitSha(key.slice(0, 40)), signal), {
    keep: ({ kind }) => kind !== "unknown",
  });
  return (path, commit, signal) => load(`${commit}:${path}`, signal);
}
