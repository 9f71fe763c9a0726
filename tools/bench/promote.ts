// `pnpm bench promote [FOLDER]`: whole promotions over two docker-registries with token auth, a git server as the ledger and a history,
// each request 30 ms away; next to a loop of `crane tag` and `crane digest` if crane is found in PATH or FOLDER.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type CommitSha, parseImageRef, secret, systemClock } from "../../packages/kernel/src/index.ts";
import { createGitRefLog, runGit } from "../../packages/git-log/src/index.ts";
import { createGitRepository, startGitHttpServer } from "../../packages/git-log/src/testing/index.ts";
import { type Ledger, promote, type PromotePorts } from "../../packages/promote/src/index.ts";
import { createGitLedger } from "../../packages/promote/src/ledger-git/index.ts";
import { createMemoryHistory, createMemoryLedger } from "../../packages/promote/src/testing/index.ts";
import { openRegistries } from "../../packages/registry/src/index.ts";
import { pushImage, startDockerRegistry, startTokenService } from "../../packages/registry/src/testing/index.ts";
import { type PassedRequest, startDelayedProxy } from "./delayed-proxy.ts";
import type { GitCall } from "../../packages/git-log/src/git/run-git.ts";

const run = promisify(execFile);
// Half of it on the way there, half on the way back.
const delayMs = 15;
// Trips are counted at this delay: at 15 ms the turns that 200 requests take on two cores would look like trips of their own.
const countingDelayMs = 300;
const rounds = Number(process.env["ROUNDS"] ?? 5);
const sizes = [2, 20];
// An image is an index of two platforms; with SINGLE=1 it is one manifest.
const single = process.env["SINGLE"] === "1";
const robot = { username: "robot", password: "bench-password" };

const folder = await mkdtemp(join(tmpdir(), "lateen-bench-"));
const path = `${process.argv[2] ?? ""}${delimiter}${process.env["PATH"] ?? ""}`;
const env = { PATH: path, DOCKER_CONFIG: folder, HOME: folder };
const tokens = await startTokenService({ users: { [robot.username]: robot.password } });
const repository = await createGitRepository();
await repository.git("config", "http.receivepack", "true");
const git = await startGitHttpServer({ root: repository.root });
const gitProxy = await startDelayedProxy(delayMs);
gitProxy.route("/", git.url);
const sides = await Promise.all([0, 1].map(startSide));
const history = createMemoryHistory();
const proxies = [gitProxy, ...sides.map(({ proxy }) => proxy)];
const loop = "loop of crane tag and crane digest, nothing proven";
const programs: string[] = [];

try {
  console.log(
    "| images × registries | what | requests | sequential round trips | git programs | wall | skew of the tags | ratio |",
  );
  console.log("|---|---|---|---|---|---|---|---|");
  for (const size of sizes) await measureSize(size);
} finally {
  const servers = [tokens, git, gitProxy, repository, ...sides.flatMap(({ proxy, registry }) => [proxy, registry])];
  await Promise.all(servers.map((server) => server.close()));
  await rm(folder, { recursive: true, force: true });
}

async function startSide() {
  const proxy = await startDelayedProxy(delayMs);
  const registry = await startDockerRegistry({ auth: { ...tokens, realm: `${proxy.url}/token` } });
  proxy.route("/token", new URL(tokens.realm).origin);
  proxy.route("/", registry.url);
  return { proxy, registry };
}

/** git, with its programs counted. */
function countedGit(call: GitCall): ReturnType<typeof runGit> {
  programs.push(call.args[0] ?? "");
  return runGit(call);
}

interface Measured {
  readonly programs: number;
  readonly ms: number;
  readonly skewMs: number;
  readonly requests: number;
  readonly trips: number;
}

/** A way to move all tags to a commit. */
interface Way {
  readonly what: string;
  move(size: number, commit: CommitSha): Promise<void>;
}

async function measureSize(size: number): Promise<void> {
  const commits: CommitSha[] = [];
  for (let round = 0; round <= rounds + 1; round++) commits.push(await release(size, `${size}-${round}`));
  const gitLedger = (name: string) =>
    createGitLedger(
      createGitRefLog({
        remote: `${gitProxy.url}/core.git`,
        ref: `refs/lateen/${name}-${size}`,
        env: { PATH: path },
        git: countedGit,
      }),
    );
  const memory = delayed(createMemoryLedger());
  const ways: readonly Way[] = [
    { what: "lateen, ledger on a git server", move: promoter("latest", true, gitLedger) },
    { what: "lateen, the same without pins", move: promoter("loose", false, gitLedger) },
    { what: "lateen, ledger without git", move: promoter("unlogged", true, () => memory) },
    ...((await hasCrane()) ? [{ what: loop, move: craneLoop }] : []),
  ];
  const measured = await measureEach(size, commits, ways);
  const base = measured.find(({ way }) => way.what === loop) ?? measured[0];
  for (const { way, all, trips } of measured) print(size, way, all, trips, base?.all ?? all);
}

async function hasCrane(): Promise<boolean> {
  return await run("sh", ["-c", "command -v crane"], { env }).then(
    () => true,
    () => false,
  );
}

/** Pushes the candidates of a new commit everywhere. */
async function release(size: number, name: string): Promise<CommitSha> {
  const commit = history.commit(name);
  for (const { registry } of sides) {
    for (let image = 0; image < size; image++) {
      const recipe = {
        repository: `acme/image-${image}`,
        tags: [candidateOf(commit)],
        revision: commit,
        ...(single ? { platforms: [] } : {}),
        content: `${image} ${commit}`,
      };
      await pushImage({ host: registry.host, username: robot.username, password: secret(robot.password) }, recipe);
    }
  }
  return commit;
}

function candidateOf(commit: CommitSha): string {
  return `staging-${commit.slice(0, 7)}`;
}

function repositories(size: number): string[] {
  return sides.flatMap(({ proxy }) => Array.from({ length: size }, (_, image) => `${proxy.host}/acme/image-${image}`));
}

function promoter(tag: string, pinned: boolean, ledgerOf: (name: string) => Ledger): Way["move"] {
  return async (size, commit) => await promoteAll(size, commit, { tag, pinned, ledger: ledgerOf(tag) });
}

async function promoteAll(
  size: number,
  commit: CommitSha,
  { tag, pinned, ledger }: { readonly tag: string; readonly pinned: boolean; readonly ledger: Ledger },
): Promise<void> {
  const entry = { username: robot.username, password: secret(robot.password), insecure: true };
  // Opened again, as a fresh process would: no token, no connection.
  const tags = openRegistries({ registries: Object.fromEntries(sides.map(({ proxy }) => [proxy.host, entry])) });
  const away: PromotePorts["history"] = {
    head: async (...args) => (await systemClock.sleep(2 * gitProxy.delayMs), history.head(...args)),
    compare: async (...args) => (await systemClock.sleep(2 * gitProxy.delayMs), history.compare(...args)),
    resolve: history.resolve,
  };
  const images = repositories(size).map((name) => ({
    repository: parseImageRef(name).repository,
    candidate: candidateOf(commit),
  }));
  const ports = { tags, history: away, ledger, clock: systemClock, report: () => undefined };
  const pin = pinned ? `${tag}-${commit.slice(0, 12)}` : undefined;
  const verdict = await promote(
    { release: { sha: commit, digests: {} }, branch: "main", images, tags: [tag], pin, actor: "bench" },
    ports,
  );
  if (verdict.kind === "stop") throw new Error(`${verdict.outcome}: ${verdict.reason}`);
}

function delayed(ledger: Ledger): Ledger {
  return {
    source: ledger.source,
    read: async () => (await systemClock.sleep(2 * gitProxy.delayMs), ledger.read()),
    entries: async (limit) => (await systemClock.sleep(2 * gitProxy.delayMs), ledger.entries(limit)),
    append: async (...args) => (await systemClock.sleep(2 * gitProxy.delayMs), ledger.append(...args)),
  };
}

/** The loop of a workflow by hand: each tag in turn, each looked at once, neither ordered nor recorded. */
async function craneLoop(size: number, commit: CommitSha): Promise<void> {
  const auths = Object.fromEntries(
    sides.map(({ proxy }) => [
      proxy.host,
      { auth: Buffer.from(`${robot.username}:${robot.password}`).toString("base64") },
    ]),
  );
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
  for (const name of repositories(size)) {
    await run("crane", ["tag", `${name}:${candidateOf(commit)}`, "looped"], { env });
    const [wanted, seen] = [
      await run("crane", ["digest", `${name}:${candidateOf(commit)}`], { env }),
      await run("crane", ["digest", `${name}:looped`], { env }),
    ];
    if (wanted.stdout !== seen.stdout) throw new Error(`${name} was not moved`);
  }
}

/** Every commit in turn, by all ways one after the other; the first commit fills caches, and with the last one trips are counted. */
async function measureEach(
  size: number,
  commits: readonly CommitSha[],
  ways: readonly Way[],
): Promise<readonly { readonly way: Way; readonly all: readonly Measured[]; readonly trips: number }[]> {
  const measured = ways.map((way) => ({ way, all: [] as Measured[], trips: Number.NaN }));
  for (const [at, commit] of commits.entries()) {
    for (const each of measured) {
      const isLast = at === commits.length - 1;
      // One request after the other: its trips are its requests, and at that delay it takes minutes.
      if (isLast && each.way.what === loop) continue;
      for (const proxy of proxies) proxy.delayMs = isLast ? countingDelayMs : delayMs;
      const one = await measureOne(each.way, size, commit);
      if (isLast) each.trips = one.trips;
      else if (at > 0) each.all.push(one);
    }
  }
  return measured;
}

async function measureOne({ move }: Way, size: number, commit: CommitSha): Promise<Measured> {
  for (const proxy of proxies) proxy.reset();
  programs.length = 0;
  const begun = performance.now();
  await move(size, commit);
  const ms = performance.now() - begun;
  const requests = proxies.flatMap((proxy) => proxy.requests);
  const puts = requests
    .filter(({ method, path: where }) => method === "PUT" && /\/manifests\/[a-z]+$/.test(where))
    .map((put) => put.begun);
  const skewMs = Math.max(...puts) - Math.min(...puts);
  return { ms, skewMs, requests: requests.length, trips: countTrips(requests), programs: programs.length };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The longest chain of requests of which each began after the one before had ended. */
function countTrips(requests: readonly PassedRequest[]): number {
  let trips = 0;
  let until = -1;
  for (const { begun, ended } of requests.toSorted((a, b) => a.ended - b.ended)) {
    if (begun < until) continue;
    trips++;
    until = ended;
  }
  return trips;
}

/** Ratios are those of one round, since the machine may do other things as well. */
function print(
  size: number,
  { what }: Way,
  all: readonly Measured[],
  counted: number,
  base: readonly Measured[],
): void {
  const of = (key: keyof Measured) => median(all.map((one) => one[key]));
  const trips = Number.isNaN(counted) ? of("requests") : counted;
  const ratio = median(all.map(({ ms }, at) => ms / (base[at]?.ms ?? Number.NaN)));
  console.log(
    `| ${size} × ${sides.length} | ${what} | ${of("requests")} | ${trips} | ${of("programs")} | ${of("ms").toFixed(0)} ms | ${of("skewMs").toFixed(0)} ms | ${ratio.toFixed(2)} |`,
  );
}
