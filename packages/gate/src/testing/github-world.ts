import { createHttp, createSender, type Http, type Reading, type ReleaseError } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import type { Forge, ForgeEvent } from "../ports/forge.ts";
import { createGitHubForge } from "../github/index.ts";
import { createMemoryGraph, type MemoryGraph } from "./commit-graph.ts";
import { type GitHubFake, type GitHubFakeOptions, startGitHubFake } from "./github-fake.ts";
import type { GitHubForgeOptions } from "../github/create-github-forge.ts";

type FakeClock = ReturnType<typeof createFakeClock>;

/** A fake GitHub and the adapter on it, for the tests of this package: real requests, virtual pauses. */
export interface GitHubWorld {
  readonly fake: GitHubFake;
  readonly forge: Forge;
  readonly graph: MemoryGraph;
  readonly clock: FakeClock;
  readonly events: ForgeEvent[];
}

const http: Http = createHttp({ send: createSender(() => import("undici")) });
const open: GitHubFake[] = [];

/** Starts a {@link GitHubWorld}; {@link closeGitHubWorlds} ends it. */
export async function startGitHubWorld(
  fakeOptions: Partial<GitHubFakeOptions> = {},
  options: Partial<GitHubForgeOptions> = {},
): Promise<GitHubWorld> {
  const graph = createMemoryGraph();
  const fake = await startGitHubFake({ graph, ...fakeOptions });
  open.push(fake);
  const clock = createFakeClock({ auto: true });
  const events: ForgeEvent[] = [];
  const report = (event: ForgeEvent): void => void events.push(event);
  const forge = createGitHubForge({ url: fake.url, repository: fake.repository, http, clock, report, ...options });
  return { fake, forge, graph, clock, events };
}

/** Closes every server that was started. */
export async function closeGitHubWorlds(): Promise<void> {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
}

/** The value found. @throws what kept it from being found */
export function valueOf<T>(reading: Reading<T>): T {
  if (reading.kind === "found") return reading.value;
  throw reading.kind === "unknown" ? reading.cause : new Error(reading.proof);
}

/** Why it is unknown. @throws if it is not */
export function causeOf(reading: Reading<unknown>): ReleaseError {
  if (reading.kind !== "unknown") throw new Error(`the reading is ${reading.kind}`);
  return reading.cause;
}
