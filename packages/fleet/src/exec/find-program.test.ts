import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProgram } from "./find-program.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "lateen-find-"));
  await mkdir(join(cwd, "bin/folder"), { recursive: true });
  for (const name of ["smoke.sh", "bin/other"]) await writeFile(join(cwd, name), "#!/bin/sh\n");
  await writeFile(join(cwd, "plain"), "text");
  for (const name of ["smoke.sh", "bin/other"]) await chmod(join(cwd, name), 0o755);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

test.each([
  ["./smoke.sh", "smoke.sh"],
  ["bin/other", "bin/other"],
  ["other", "bin/other"],
  ["smoke.sh", undefined],
  ["./plain", undefined],
  ["./bin/folder", undefined],
  ["folder", undefined],
  ["./nothing", undefined],
])("%s is %s", async (program, found) => {
  const path = await findProgram(program, { cwd, env: { PATH: `/nowhere:${join(cwd, "bin")}` } });
  expect(path).toBe(found === undefined ? undefined : join(cwd, found));
});

test("an absolute path is taken as it is", async () => {
  expect(await findProgram("/bin/sh", { cwd, env: {} })).toBe("/bin/sh");
});
