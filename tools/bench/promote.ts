// `pnpm bench promote [FOLDER]`: whole promotions over two docker-registries with token auth, a git server as the ledger and a history,
// each request 30 ms away; next to a loop of `crane tag` and `crane digest` if crane is found in PATH or FOLDER.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type CommitSha, parseImageRef, secret, systemClock } from "../../packages/kernel/src/index.ts";
import { createGitRefLog, type GitCall, runGit } from "../../packages/git-log/src/index.ts";
import { createGitRepository, startGitHttpServer } from "../../packages/git-log/src/testing/index.ts";
import { type Ledger, promote, type PromotePorts } from "../../packages/promote/src/index.ts";
import { createGitLedger } from "../../packages/promote/src/ledger-git/index.ts";
import { createMemoryHistory, createMemoryLedger } from "../../packages/promote/src/testing/index.ts";
import { openRegistries } from "../../packages/registry/src/index.ts";
import { pushImage, startDockerRegistry, startTokenService } from "../../packages/registry/src/testing/index.ts";
import { type PassedRequest, startDelayedProxy } from "./delayed-proxy.ts";

const run = promisify(execFile);
// Half of it on the way there, half on the way back.
const delayMs = 15;
const rounds = Number(process.env["ROUNDS"] ?? 5);
const sizes = [2, 20];
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

async function measureSize(size: number): Promise<void> {
  const commits: CommitSha[] = [];
  for (let round = 0; round <= rounds; round++) commits.push(await release(size, `${size}-${round}`));
  const gitLedger = () =>
    createGitLedger(
      createGitRefLog({
        remote: `${gitProxy.url}/core.git`,
        ref: `refs/lateen/bench-${size}`,
        env: { PATH: path },
        git: countedGit,
      }),
    );
  const ours = await measureEach(commits, (commit) => promoteAll(size, commit, "latest", gitLedger()));
  const memory = createMemoryLedger();
  const unlogged = await measureEach(commits, (commit) => promoteAll(size, commit, "unlogged", delayed(memory)));
  print(size, "lateen, ledger on a git server", ours, ours);
  print(size, "lateen, ledger without git", unlogged, ours);
  const hasCrane = await run("sh", ["-c", "command -v crane"], { env }).then(
    () => true,
    () => false,
  );
  if (hasCrane)
    print(
      size,
      "loop of crane tag and crane digest, nothing proven",
      await measureEach(commits, (commit) => craneLoop(size, commit)),
      ours,
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

async function promoteAll(size: number, commit: CommitSha, tag: string, ledger: Ledger): Promise<void> {
  const entry = { username: robot.username, password: secret(robot.password), insecure: true };
  // Opened again, as a fresh process would: no token, no connection.
  const tags = openRegistries({ registries: Object.fromEntries(sides.map(({ proxy }) => [proxy.host, entry])) });
  const away: PromotePorts["history"] = {
    head: async (...args) => (await systemClock.sleep(2 * delayMs), history.head(...args)),
    compare: async (...args) => (await systemClock.sleep(2 * delayMs), history.compare(...args)),
    resolve: history.resolve,
  };
  const images = repositories(size).map((name) => ({
    repository: parseImageRef(name).repository,
    candidate: candidateOf(commit),
  }));
  const ports = { tags, history: away, ledger, clock: systemClock, report: () => undefined };
  const verdict = await promote({ commit, branch: "main", images, tags: [tag], actor: "bench" }, ports);
  if (verdict.kind === "stop") throw new Error(`${verdict.outcome}: ${verdict.reason}`);
}

function delayed(ledger: Ledger): Ledger {
  return {
    source: ledger.source,
    read: async () => (await systemClock.sleep(2 * delayMs), ledger.read()),
    entries: async (limit) => (await systemClock.sleep(2 * delayMs), ledger.entries(limit)),
    append: async (...args) => (await systemClock.sleep(2 * delayMs), ledger.append(...args)),
  };
}

/** What a workflow would do by hand: each tag in turn, each looked at once, neither ordered nor recorded. */
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

/** Every commit in turn; the first one fills caches and does not count. */
async function measureEach(
  commits: readonly CommitSha[],
  move: (commit: CommitSha) => Promise<void>,
): Promise<Measured> {
  const proxies = [gitProxy, ...sides.map(({ proxy }) => proxy)];
  const all: Measured[] = [];
  for (const [at, commit] of commits.entries()) {
    for (const proxy of proxies) proxy.reset();
    programs.length = 0;
    const begun = performance.now();
    await move(commit);
    const ms = performance.now() - begun;
    const requests = proxies.flatMap((proxy) => proxy.requests);
    const puts = requests
      .filter(({ method, path: where }) => method === "PUT" && /\/manifests\/[a-z]+$/.test(where))
      .map((put) => put.begun);
    if (at > 0)
      all.push({
        ms,
        skewMs: Math.max(...puts) - Math.min(...puts),
        requests: requests.length,
        trips: countTrips(requests),
        programs: programs.length,
      });
  }
  const median = (key: keyof Measured) =>
    all.map((one) => one[key]).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
  return {
    ms: median("ms"),
    skewMs: median("skewMs"),
    requests: median("requests"),
    trips: median("trips"),
    programs: median("programs"),
  };
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

function print(
  size: number,
  what: string,
  { ms, skewMs, requests, trips, programs: started }: Measured,
  base: Measured,
): void {
  console.log(
    `| ${size} × ${sides.length} | ${what} | ${requests} | ${trips} | ${started} | ${ms.toFixed(0)} ms | ${skewMs.toFixed(0)} ms | ${(ms / base.ms).toFixed(2)} |`,
  );
}
