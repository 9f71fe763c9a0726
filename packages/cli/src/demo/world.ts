import { existsSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "@lateen/kernel";
import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import { openGitGraph, startGiteaFake, startGitHubFake } from "@lateen/gate/testing";
import {
  createGitRepository,
  type GitHttpServer,
  type GitRepository,
  startGitHttpServer,
} from "@lateen/git-log/testing";
import { type FakeRegistry, startRegistry } from "@lateen/registry/testing";
import { type Addresses, configurationText, images, type Pace, tokens, workflows } from "./configuration.ts";
import { createWorldClock, type WorldClock } from "./world-clock.ts";
import { rememberGraph } from "./remember-graph.ts";
import { createReleases, type Forge, type Releases } from "./releases.ts";
import { cliError } from "../config/errors.ts";

type TenantsServer = Awaited<ReturnType<typeof startTenants>>;

type ControlPlaneServer = Awaited<ReturnType<typeof startControlPlane>>;

/** Initial state of a world. */
export interface WorldOptions {
  /** @default "gitea" */
  readonly flavour?: "gitea" | "github";
  /** Tenants, the canary included. @default 12 */
  readonly size?: number;
  /** Commits after the one that production runs. @default 1 */
  readonly commits?: number;
  /** Time after which a tenant that was moved is down, in milliseconds. @default never */
  readonly diesAfterMs?: number;
  /** Rewrites the text of `lateen.yaml`. */
  readonly configure?: (text: string) => string;
  /** Clock of the machine that the world is on. @default the clock of the machine */
  readonly machine?: Clock;
}

/** Everything that the pipeline talks to, on loopback and over real HTTP. */
export interface World extends Releases {
  /** The folder in which `lateen.yaml` lies. */
  readonly folder: string;
  /** The time of all that runs in this process. */
  readonly clock: WorldClock;
  /** The tokens, by variable. */
  readonly env: Readonly<Record<string, string>>;
  readonly forge: Forge;
  readonly repository: GitRepository;
  readonly registry: FakeRegistry;
  readonly tenants: TenantsServer;
  readonly plane: ControlPlaneServer;
  /** Writes `lateen.yaml` again. */
  configure(change: (text: string) => string): Promise<void>;
  /** Commits that `:latest` of each image was built from. */
  latest(): readonly (string | undefined)[];
  /** Commits that the tenants run, each once. */
  running(): readonly string[];
  /** Commits in the ledger, newest first. */
  ledger(): Promise<readonly string[]>;
  /** Takes a further server into the world, which stays up as long as all others do. */
  adopt<T extends { close(): Promise<unknown> }>(server: T): T;
  close(): Promise<void>;
}

const names = ["amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "islet", "juniper", "kelp"];

/** Starts a world in which a ship of the last commit goes all the way, and production runs the first. */
export async function startWorld(options: WorldOptions = {}, pace: Pace = "quick"): Promise<World> {
  const { flavour = "gitea", size = 12, commits = 1, diesAfterMs, configure: first = (text) => text } = options;
  const clock = createWorldClock(options.machine ?? systemClock);
  const folder = await realpath(await mkdtemp(join(tmpdir(), "lateen-demo-")));
  const repository = await createGitRepository().catch(explainMissingGit);
  const graph = rememberGraph(openGitGraph(repository.path));
  const start = flavour === "github" ? startGitHubFake : startGiteaFake;
  const [forge, registry, git] = await Promise.all([
    start({ graph, token: tokens.FORGE_TOKEN }),
    startRegistry({ auth: { users: { ci: tokens.REGISTRY_PASSWORD } } }),
    serveGit(repository),
  ]);
  const releases = createReleases({ repository, forge, registry, flavour });
  const base = await releases.release({ message: "Begin", files: workflowFiles(flavour) });
  for (const image of images) registry.store.setTag(image, "latest", releases.digest(image, base));
  for (let number = 0; number < commits; number++) await releases.release();
  const slugs = ["canary-a", ...Array.from({ length: size - 1 }, (_, index) => names[index] ?? `tenant-${index + 1}`)];
  const tenants = await startTenants({ slugs, sha: base });
  const shaOf = (tag: string): string => releases.commits.find((sha) => tag === `staging-${sha.slice(0, 7)}`) ?? "dev";
  const moveMs = pace === "watched" ? 250 : 0;
  const token = tokens.CP_ADMIN_API_TOKEN;
  const plane = await startControlPlane({ tenants, token, shaOf, moveMs, diesAfterMs, clock });
  const addresses: Addresses = {
    flavour,
    forge: forge.url,
    registry: registry.host,
    plane: plane.url,
    buildinfo: tenants.buildinfo,
    ledger: git === undefined ? repository.path : `${git.url}/core.git`,
  };
  const configure: World["configure"] = (change) =>
    writeFile(join(folder, "lateen.yaml"), change(first(configurationText(addresses, pace))));
  await configure((text) => text);
  const adopted: { close(): Promise<unknown> }[] = [];
  return {
    ...releases,
    folder,
    clock,
    env: tokens,
    forge,
    repository,
    registry,
    tenants,
    plane,
    configure,
    latest: () => images.map((image) => releases.builtFrom(registry.store.tag(image, "latest"))),
    running: () => [...new Set(tenants.slugs().map((slug) => tenants.get(slug).sha))],
    ledger: () => readLedger(repository),
    adopt(server) {
      adopted.push(server);
      return server;
    },
    async close() {
      const servers = [forge, registry, tenants, plane, ...(git === undefined ? [] : [git]), ...adopted];
      await Promise.all(servers.map((server) => server.close()));
      await repository.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function explainMissingGit(cause: unknown): never {
  if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  throw cliError("GIT_MISSING", "input", {
    message: "the demo world needs git, which is not in PATH",
    fix: "install git",
    cause,
  });
}

/** The git server over HTTP; undefined if git was installed without it, and the ledger is then reached by its path. */
async function serveGit(repository: GitRepository): Promise<GitHttpServer | undefined> {
  const programs = (await repository.git("--exec-path")).trim();
  const isThere = ["git-http-backend", "git-http-backend.exe"].some((name) => existsSync(join(programs, name)));
  return isThere
    ? startGitHttpServer({ root: repository.root, credentials: { password: tokens.FORGE_TOKEN } })
    : undefined;
}

function workflowFiles(flavour: "gitea" | "github"): Record<string, string> {
  const files = Object.entries(workflows).map(([name, text]) => [`.${flavour}/workflows/${name}`, text] as const);
  return { "README.md": "The demo world.\n", "server/main.ts": "export {};\n", ...Object.fromEntries(files) };
}

async function readLedger(repository: GitRepository): Promise<readonly string[]> {
  const log = await repository.git("log", "--format=%b", "refs/lateen/latest").catch(() => "");
  return [...log.matchAll(/^Commit: ([0-9a-f]{40})$/gm)].map(([, sha = ""]) => sha);
}
