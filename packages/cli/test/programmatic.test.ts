import { loadConfig, machineFiles, ship, wire } from "@lateen/cli";
import { parseCommitSha, systemClock } from "@lateen/kernel";
import { expect, test } from "vitest";
import { startWorld, tokens } from "./world.ts";

test("a program of somebody else ships with the same pipeline", async () => {
  const world = await startWorld({ size: 3 });
  try {
    const env = { ...tokens, PATH: process.env["PATH"] };
    const settings = await loadConfig({ cwd: world.folder.path, env });
    const seen: string[] = [];
    const report = ({ type }: { readonly type: string }): void => void seen.push(type);
    const commit = parseCommitSha(world.commits[1] ?? "");
    const job = {
      host: { env, clock: systemClock, files: machineFiles },
      settings,
      wiring: wire({ settings, env, report }),
      report,
      signal: new AbortController().signal,
      overrides: new Map<string, string>(),
      actor: "a program",
      dryRun: false,
      commit: async () => commit,
      before: () => undefined,
    };
    const verdict = await ship(job, { wait: true, settle: true });
    expect(verdict).toMatchObject({ kind: "go", value: { changed: true, fleet: { verified: 3 } } });
    expect(seen).toContain("tag-settled");
  } finally {
    await world.close();
  }
});
