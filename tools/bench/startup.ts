// `pnpm bench startup`: what a command costs before it does anything, from source and, after `pnpm build`, from the bundle.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const cache = mkdtempSync(join(tmpdir(), "lateen-startup-"));
process.on("exit", () => rmSync(cache, { recursive: true, force: true }));

const program = join(root, "packages/cli/dist/main.js");
const commands: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["bare Node", process.execPath, "--eval", ""],
  ["bin/lateen --help, from source", join(root, "bin/lateen"), "--help"],
  ...(existsSync(program)
    ? [
        ["lateen --help, bundled", process.execPath, program, "--help"] as const,
        ["lateen gate --help, bundled", process.execPath, program, "gate", "--help"] as const,
      ]
    : []),
];

function milliseconds(command: string, args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}

for (const [name, command, ...args] of commands) {
  milliseconds(command, args);
  const times = Array.from({ length: 21 }, () => milliseconds(command, args)).toSorted((left, right) => left - right);
  console.log(
    `${name.padEnd(36)} median ${times[10]!.toFixed(0).padStart(4)} ms   fastest ${times[0]!.toFixed(0).padStart(4)} ms`,
  );
}
