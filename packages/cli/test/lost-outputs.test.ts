import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../../../bin/lateen", import.meta.url));

/** Runs `script` in bash, where `$lateen` is the program. */
async function bash(script: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)("bash", ["-c", script], { env: { ...process.env, lateen: program } });
}

test("a reader that goes away is no failure", async () => {
  const { stdout, stderr } = await bash(`"$lateen" help rules | head -n 1; echo "\${PIPESTATUS[0]}"`);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("0");
  expect(stderr).toBe("");
});

test("a reader that has gone before the first word is none either", async () => {
  const { stdout, stderr } = await bash(`{ "$lateen" help rules; echo "$?" >&2; } | true`);
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "0\n" });
});

test.skipIf(!existsSync("/dev/full"))("an answer that cannot be written is said, without a stack", async () => {
  const { stdout, stderr } = await bash(`"$lateen" help rules >/dev/full; echo "$?" >&2`);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^error: the answer could not be written: ENOSPC.*\n4\n$/);
});

test.skipIf(!existsSync("/dev/full"))("a log that cannot be written changes no exit code", async () => {
  const { stdout } = await bash(`"$lateen" shp 2>/dev/full; echo "$?"`);
  expect(stdout).toBe("2\n");
});

test("streams that are closed from the start change no exit code, and no file takes their place", async () => {
  const script = `dir=$(mktemp -d); cd "$dir"; "$lateen" --help >&-; a=$?; "$lateen" shp --result-file out.json >&- 2>&-; b=$?
"$lateen" --help <&- >/dev/null; c=$?; head -c 1 out.json; rm -r "$dir"; echo " $a $b $c"`;
  expect((await bash(script)).stdout).toBe("{ 0 2 0\n");
});
