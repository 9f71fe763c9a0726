import type { Reading } from "@lateen/kernel";

import type { Sources } from "../ports/sources.ts";

/** The path of a file's contents at a commit, which both forges spell alike. */
export function contentsPath(path: string, sha: string): string {
  return `/contents/${path.split("/").map(encodeURIComponent).join("/")}?ref=${sha}`;
}

/** The path of a workflow, which both forges know by the name of its file. */
export function workflowPath(file: string): string {
  return `/actions/workflows/${encodeURIComponent(file.slice(file.lastIndexOf("/") + 1))}`;
}

/** A reader that asks once: what stands in a file at a commit never changes. A read that failed is not kept. */
export function keepFiles(read: Sources["file"]): Sources["file"] {
  const kept = new Map<string, Reading<string>>();
  return async (path, commit, signal) => {
    const key = `${commit}:${path}`;
    const reading = kept.get(key) ?? (await read(path, commit, signal));
    if (reading.kind !== "unknown") kept.set(key, reading);
    return reading;
  };
}
