import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

// Values made by one copy of the kernel are accepted by packages that import another.
const consumer = `
import * as a from "./a/index.ts";
import type * as b from "./b/index.ts";

declare const release: a.Release;
export const ids: [b.CommitSha, b.Digest, b.Slug, b.Repository] = [
  a.parseCommitSha(""), a.parseDigest(""), a.parseSlug(""), a.parseImageRef("").repository,
];
export const values: [b.Release, b.Reading<b.Digest>, b.Verdict<number>, b.ReleaseError, b.Secret, b.Clock] = [
  release, a.found(a.parseDigest("")), a.stop({ outcome: "held", code: "X", reason: "x" }), a.asReleaseError(1), a.secret(""), a.systemClock,
];
// @ts-expect-error -- a text is not a commit until it was parsed
export const sha: b.CommitSha = "abc";
// @ts-expect-error -- one brand is not another
export const digest: b.Digest = a.parseCommitSha("");
`;

test("the types of two copies of the kernel fit", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lateen-two-copies-"));
  try {
    for (const copy of ["a", "b"]) {
      await cp(join(root, "packages/kernel/src"), join(folder, copy), { recursive: true });
    }
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "consumer.ts"), consumer);
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const compilerOptions = { noEmit: true, declaration: false, isolatedDeclarations: false };
    const tsconfig = { extends: join(root, "tsconfig.base.json"), compilerOptions, files: ["consumer.ts"] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const run = promisify(execFile)(process.execPath, [tsc, "-p", folder]);
    expect(await run.then(({ stdout }) => stdout).catch(({ stdout }: { stdout: string }) => stdout)).toBe("");
  } finally {
    await rm(folder, { recursive: true });
  }
});
