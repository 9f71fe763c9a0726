import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAppendFile } from "./append-file.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "lateen-append-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Files that this process has open. */
async function opened(): Promise<readonly string[]> {
  const names = await readdir("/proc/self/fd");
  return Promise.all(names.map((name) => readlink(join("/proc/self/fd", name)).catch(() => "")));
}

test("a file that cannot be cut to its length is not left open", async () => {
  // A device takes no length.
  await expect(openAppendFile("/dev/full", 0, async () => undefined)).rejects.toThrow("EINVAL");
  expect(await opened()).not.toContain("/dev/full");
});

test("a file is closed with its journal", async () => {
  const path = join(folder, "rollout.jsonl");
  const file = await openAppendFile(path, 0, async () => undefined);
  expect(await opened()).toContain(path);
  await file.close();
  expect(await opened()).not.toContain(path);
});
