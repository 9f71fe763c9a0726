import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const example = join(root, "examples/control-plane");

test("examples/control-plane has at most 150 lines", async () => {
  expect((await readFile(join(example, "server.ts"), "utf8")).split("\n").length).toBeLessThanOrEqual(150);
});

test("a copy of examples/control-plane passes its own tests", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lateen-example-"));
  try {
    await cp(example, folder, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
    await mkdir(join(folder, "node_modules/@lateen"), { recursive: true });
    for (const name of ["cli", "fleet", "kernel", "service"])
      await symlink(join(root, "packages", name), join(folder, "node_modules/@lateen", name));
    await symlink(join(root, "packages/service/node_modules/pg"), join(folder, "node_modules/pg"));
    // Without what vitest sets, node:test ends by its result.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined };
    const argv = ["-C", "source", "--test", "--test-reporter=tap"];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder, env }).catch(
      // What it printed says which of its assertions failed.
      ({ stdout: said }: { readonly stdout: string }) => ({ stdout: said }),
    );
    expect(stdout).toMatch(/^# pass 1\n# fail 0$/m);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
