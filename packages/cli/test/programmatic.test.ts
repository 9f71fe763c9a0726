import {
  createJob,
  loadConfig,
  reconcile,
  resultOf,
  rollback,
  rollout,
  runPipeline,
  ship,
  wire,
} from "@lateen/cli/pipeline";
import type { Journal, JournalEntry } from "@lateen/fleet";
import { go, isReleaseError } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, tokens, type World } from "./world.ts";

let world: World;
let sha = "";
let seen: string[] = [];
beforeEach(async () => {
  world = await startWorld({ size: 3 });
  sha = world.commits[1] ?? "";
  seen = [];
});
afterEach(() => world.close());

/** A program of somebody else, as the README shows it. */
async function shipWith(given: Partial<Parameters<typeof createJob>[0]> = {}): ReturnType<typeof ship> {
  return ship(await jobWith(given), { wait: true, settle: true });
}

async function jobWith(given: Partial<Parameters<typeof createJob>[0]>): ReturnType<typeof createJob> {
  const env = { ...tokens, PATH: process.env["PATH"] };
  const settings = await loadConfig({ cwd: world.folder.path, env });
  const report = ({ type }: { readonly type: string }): void => void seen.push(type);
  const wiring = wire({ settings, env, report });
  return createJob({ settings, wiring, sha, actor: "a program", env, report, ...given });
}

describe("a program of somebody else", () => {
  test("ships with the same pipeline", async () => {
    const verdict = await shipWith({ sha: sha.slice(0, 9), reason: "the form said so" });
    expect(verdict).toMatchObject({ kind: "go", value: { commit: sha, changed: true, fleet: { verified: 3 } } });
    expect(seen).toContain("tag-settled");
    expect(await world.ledger()).toMatch(/Actor: a program\nReason: the form said so/);
  });

  test("has a dry run that writes nothing and claims nothing", async () => {
    const verdict = await shipWith({ dryRun: true });
    expect(verdict).toMatchObject({ kind: "go", value: { targets: [{ state: "planned", committed: false }] } });
    expect({
      moves: world.plane.moves(),
      ledger: await world.ledger(),
      hasWrittenTag: seen.includes("tag-written"),
    }).toEqual({ moves: [], ledger: "", hasWrittenTag: false });
  });

  test("has a dry run that sleeps in no time, and yet sees twice only what is seen at two times", async () => {
    const { host, wiring, dryRun } = await jobWith({ dryRun: true });
    const [begun, planned] = [host.clock.now(), wiring.clock.now()];
    await wiring.clock.sleep(90_000);
    expect(dryRun).toBe(true);
    expect(wiring.clock.now() - planned).toBeGreaterThanOrEqual(90_000);
    expect(host.clock.now() - begun).toBeLessThan(60_000);
  });

  test("waives exactly what it names, and nothing that does not exist", async () => {
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    expect(await shipWith()).toMatchObject({ kind: "stop", outcome: "held" });
    expect(await shipWith({ overrides: { "kill-switch": "on purpose" } })).toMatchObject({ kind: "go" });
    const error: unknown = await shipWith({ overrides: { "kil-switch": "x" } }).catch((thrown: unknown) => thrown);
    expect(isReleaseError(error) && `${error.code} ${error.message}`).toMatch(/^USAGE .*did you mean "kill-switch"/);
  });
});

/** A journal of a program of its own, such as a table of a database. */
function ownJournal(): Journal & { readonly entries: JournalEntry[] } {
  const entries: JournalEntry[] = [];
  const open = {
    entries,
    append: async (more: readonly JournalEntry[]) => void entries.push(...more),
    rotate: async () => void entries.splice(0),
    close: async () => undefined,
  };
  return {
    entries,
    read: async () => [...entries],
    open: async () => go({ ...open, entries: [...entries] }, testEvidence),
  };
}

describe("the pipelines of a service", () => {
  test("rollout, rollback and reconcile run over its own journal, and leave no file", async () => {
    const env = { ...tokens, PATH: process.env["PATH"] };
    const settings = await loadConfig({ cwd: world.folder.path, env });
    const journal = ownJournal();
    const job = (): ReturnType<typeof createJob> =>
      createJob({ settings, wiring: wire({ settings, env, journal }), sha, actor: "a service", env });
    const rolled = await rollout(await job());
    expect(resultOf("rollout", rolled, await job())).toMatchObject({ outcome: "shipped", fleet: { verified: 3 } });
    expect(journal.entries.length).toBeGreaterThan(3);
    expect(existsSync(join(world.folder.path, ".lateen"))).toBe(false);
    await ship(await job(), { wait: true, settle: true });
    const back = await rollback(await job(), { reason: "a test", to: world.commits[0] });
    expect(resultOf("rollback", back, await job())).toMatchObject({ outcome: "shipped", commit: world.commits[0] });
    const repaired = await reconcile(await job());
    expect(resultOf("reconcile", repaired, await job())).toMatchObject({ command: "reconcile", outcome: "unchanged" });
  });

  test("a pause that it hands in holds the rollout before its first step", async () => {
    let asked = 0;
    const whileRunning = async (): Promise<void> => void asked++;
    const verdict = await rollout(await jobWith({ pause: { whileRunning } }));
    expect(verdict.kind).toBe("go");
    expect(asked).toBeGreaterThan(1);
  });

  test("a pipeline of no step, and a ship of nothing, are errors and no success", async () => {
    const job = await jobWith({});
    const code = async (run: Promise<unknown>): Promise<string | undefined> => {
      const error: unknown = await run.catch((thrown: unknown) => thrown);
      return isReleaseError(error) ? error.code : undefined;
    };
    const commit = await job.commit();
    expect(await code(runPipeline(job, { commit }, []))).toBe("USAGE");
    const { fleet: _, promote: __, ...config } = job.settings.config;
    const bare = { ...job, settings: { ...job.settings, config } };
    for (const run of [() => ship(bare, { wait: true, settle: true }), () => rollout(bare), () => reconcile(bare)])
      expect(await code(run())).toBe("CONFIG_MISSING");
  });
});
