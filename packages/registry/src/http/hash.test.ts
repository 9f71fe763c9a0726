import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createHash } from "./hash.ts";

test("hashes by the name of the algorithm", () => {
  const empty = { sha256: "e3b0c44298fc1c149afbf4c8996fb924", sha512: "cf83e1357eefb8bdf1542850d66d8007" };
  for (const [algorithm, start] of Object.entries(empty))
    expect(createHash(algorithm).digest("hex").slice(0, 32)).toBe(start);
});

test("node:crypto is loaded with the first hash, and not with the package", async () => {
  const package_ = join(import.meta.dirname, "../index.ts");
  const script = `
    await import(${JSON.stringify(package_)});
    const isLoaded = () => process.moduleLoadList.includes("NativeModule internal/crypto/hash");
    const before = isLoaded();
    (await import(${JSON.stringify(join(import.meta.dirname, "hash.ts"))})).createHash("sha256");
    console.log(before, isLoaded());`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["-C", "source", "--input-type=module", "-e", script]);
  expect(stdout.trim()).toBe("false true");
});
