import { createJob, isReleaseError, type JobOptions, loadConfig, ship, wire } from "@lateen/cli";
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

/** What a program of somebody else does, as the README shows it. */
async function shipWith(given: Partial<JobOptions> = {}): ReturnType<typeof ship> {
  return ship(await jobWith(given), { wait: true, settle: true });
}

async function jobWith(given: Partial<JobOptions>): ReturnType<typeof createJob> {
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
    expect([world.plane.moves(), await world.ledger(), seen.includes("tag-written")]).toEqual([[], "", false]);
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
