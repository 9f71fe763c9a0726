import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { bundledBin } from "./bundled-programs.ts";
import { root } from "./source-files.ts";

// The blocks of the tutorial, in a real shell and in their order, against the world that its first block starts.

const text = readFileSync(join(root, "apps/docs/tutorial.md"), "utf8");
const blocks = (language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);

test("the tutorial ends as it says: shipped, halted, explained, shipped, rolled back", async () => {
  const [first = "", ...others] = blocks("sh");
  expect(first).toContain("bin/lateen demo ship --keep");
  const home = mkdtempSync(join(tmpdir(), "lateen-tutorial-"));
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, NO_COLOR: "1" };
  const world = spawn(join(bundledBin, "lateen"), ["demo", "ship", "--keep", "-q"], { cwd: root, env });
  try {
    let printed = "";
    world.stdout.on("data", (data: Buffer) => (printed += data.toString("utf8")));
    const ready = /cd (\S+)[\s\S]*ship --sha ([0-9a-f]{7})/;
    while (!ready.test(printed)) await once(world.stdout, "data", { signal: AbortSignal.timeout(300_000) });
    const [, folder = "", sha = ""] = ready.exec(printed) ?? [];
    const script = others
      .join("echo '--'\n")
      .replace("$PWD/bin:", `${bundledBin}:`)
      .replace("SHA=SHA", `SHA=${sha}`)
      .replace("cd FOLDER", `cd ${folder}`);
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], { cwd: root, env });
    const parts = stdout.split("--\n");
    expect(parts).toHaveLength(others.length);
    const ended = blocks("text").map((block) => block.trim());
    expect(ended).toEqual(["ended with 5", "ended with 3"]);
    for (const line of ended) expect(stdout).toContain(line);
    const [, , halted = "", explained = "", shipped = "", back = ""] = parts;
    expect(halted).toMatch(/^halted /m);
    expect(explained).toMatch(/smoke/);
    expect(shipped).toMatch(/^shipped /m);
    expect(back).toMatch(/^rolled back /m);
  } finally {
    world.kill("SIGINT");
    await once(world, "exit");
    rmSync(home, { recursive: true, force: true });
  }
}, 600_000);
