import { type CommitSha, parseCommitSha } from "@lateen/kernel";
import { type CheckDecision, decideCheck } from "../checks/decide-check.ts";
import type { Forge, ForgeEvent } from "../ports/forge.ts";
import { createGiteaForge } from "../gitea/index.ts";
import { createMemoryGraph, type MemoryGraph } from "./commit-graph.ts";
import { type GiteaFake, type GiteaFakeOptions, startGiteaFake } from "./gitea-fake.ts";
import type { GiteaForgeOptions } from "../gitea/create-gitea-forge.ts";

/** Name of a required check. */
export const ci = "CI / all-required (push)";

/** Two commits on main, with a workflow `e2e.yml` named E2E. */
export const graph: MemoryGraph = createMemoryGraph();
const workflow = 'name: "E2E"  # full\non: push\n';
export const root: CommitSha = parseCommitSha(
  graph.add({ message: "root", files: { ".gitea/workflows/e2e.yml": workflow } }),
);
export const mine: CommitSha = parseCommitSha(graph.add({ message: "mine" }));

/** A fake Gitea and an adapter with short pauses, for the tests of the adapter. */
export interface GiteaWorld {
  readonly fake: GiteaFake;
  readonly forge: Forge;
  readonly events: readonly ForgeEvent[];
}

const open: GiteaFake[] = [];

/** Starts a {@link GiteaWorld}; {@link closeGiteaWorlds} ends it. */
export async function startGiteaWorld(
  options: Partial<GiteaFakeOptions & GiteaForgeOptions> = {},
): Promise<GiteaWorld> {
  const fake = await startGiteaFake({ graph, ...options, token: undefined });
  open.push(fake);
  const events: ForgeEvent[] = [];
  const report = (event: ForgeEvent): void => void events.push(event);
  const { url, repository } = fake;
  const forge = createGiteaForge({ url, repository, retry: { firstDelayMs: 1 }, report, token: options.token });
  return { fake, forge, events };
}

/** The decision about one name after reading the checks. */
export async function decideName(
  forge: Forge,
  name: string = ci,
  sha: CommitSha = mine,
): Promise<CheckDecision | object> {
  const reading = await forge.checks(sha);
  return reading.kind === "found" ? decideCheck(name, reading.value) : reading;
}

/** Closes every server that was started. */
export async function closeGiteaWorlds(): Promise<void> {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
}
