// `pnpm bench fleet`: (1) a sweep of 10,000 tenants next to a bare undici loop and curl, (2) what the engine costs per tenant,
// (3) how long a healthy rollout takes and how many tenants a bad release reaches, for four paces, and, started with tools/real-servers,
// (4) 200 hosts over real SSH next to `xargs -P`, (5) 300 Deployments behind two real API servers next to a loop of kubectl.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { found, parseCommitSha, parseSlug, type Slug } from "../../packages/kernel/src/index.ts";
import {
  type ControlPlane,
  type FleetPolicy,
  memoryJournal,
  type Prober,
  rollOut,
} from "../../packages/fleet/src/index.ts";
import { createVirtualClock } from "../../packages/fleet/src/testing/index.ts";

const run = promisify(execFile);
const old = "1".repeat(40);
const target = parseCommitSha("2".repeat(40));
const folder = import.meta.dirname;
const tenants = 10_000;

async function sweeps(): Promise<void> {
  const server = spawn(process.execPath, [join(folder, "fleet-tenants.ts"), target], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const url = `http://127.0.0.1:${String((await lines.next()).value)}`;
  const sockets = async () => {
    server.stdin.write("\n");
    return Number((await lines.next()).value);
  };
  const own = async (kind: string) => {
    // V8 lets short-lived objects pile up while there is memory; a small young generation shows what is really needed.
    const node = ["--max-semi-space-size=4", "-C", "source"];
    const { stdout } = await run(process.execPath, [
      ...node,
      join(folder, "fleet-sweep.ts"),
      kind,
      url,
      target,
      String(tenants),
    ]);
    const { seconds, megabytes } = JSON.parse(stdout) as { seconds: number; megabytes: number };
    return { seconds, megabytes, sockets: await sockets() };
  };
  console.log(`1. two answers from each of ${tenants} tenants that take 20 ms`);
  const lateen = await own("lateen");
  const bare = await own("bare");
  const curl = await curlSweep(url);
  const row = (name: string, seconds: number, rest: string) =>
    console.log(
      `   ${name.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s  ${((2 * tenants) / seconds).toFixed(0).padStart(6)} answers/s  ${rest}`,
    );
  row(
    "lateen verify",
    lateen.seconds,
    `${lateen.sockets} sockets, ${lateen.megabytes.toFixed(0)} MB at the most, waits 2 s between the answers`,
  );
  row("undici in a bare loop", bare.seconds, `${bare.sockets} sockets, ${bare.megabytes.toFixed(0)} MB at the most`);
  row("curl --parallel", curl, `${await sockets()} sockets`);
  const work = lateen.seconds - 2;
  console.log(
    `   without the 2 s, lateen takes ${(work / bare.seconds).toFixed(2)} of the bare loop's time and ${(work / curl).toFixed(2)} of curl's`,
  );
  server.stdin.end();
  await once(server, "exit");
}

async function curlSweep(url: string): Promise<number> {
  const where = await mkdtemp(join(tmpdir(), "lateen-bench-"));
  const urls = Array.from(
    { length: 2 * tenants },
    (_, index) => `url = "${url}/t-${index % tenants}/buildinfo"\noutput = "/dev/null"`,
  );
  await writeFile(join(where, "urls"), urls.join("\n"));
  const started = performance.now();
  await run("curl", ["--silent", "--fail", "--parallel", "--parallel-max", "256", "--config", join(where, "urls")], {
    maxBuffer: 1 << 26,
  });
  const seconds = (performance.now() - started) / 1_000;
  await rm(where, { recursive: true });
  return seconds;
}

interface Virtual {
  readonly size: number;
  readonly policy: FleetPolicy;
  /** Share of the tenants that the release breaks. */
  readonly bad?: number;
  /** Moves that the control plane carries out at once. @default Infinity */
  readonly concurrency?: number;
  readonly seed?: number;
}

/** A rollout in virtual time whose moves take about a minute each, spread like real ones (log-normal, sigma 0.5). */
async function virtual({
  size,
  policy,
  bad = 0,
  concurrency = Infinity,
  seed = 1,
}: Virtual): Promise<{ minutes: number; hurt: number; moved: number }> {
  const clock = createVirtualClock();
  const random = chance(seed);
  const slugs = Array.from({ length: size }, (_, index) => parseSlug(`t-${index}`));
  const runs = new Map<Slug, string>(slugs.map((slug) => [slug, old]));
  const broken = new Set<Slug>();
  const moved = new Set<Slug>();
  const lanes: number[] = Array.from({ length: Math.min(concurrency, size) }, () => 0);
  const move = async (slug: Slug) => {
    // The lane that is free first takes the next tenant.
    const lane = lanes.indexOf(Math.min(...lanes));
    const begin = Math.max(clock.now(), lanes[lane] ?? 0);
    const end = begin + 60_000 * Math.exp(0.5 * normal(random) - 0.125);
    lanes[lane] = end;
    await clock.sleep(end - clock.now());
    moved.add(slug);
    if (random() < bad) broken.add(slug);
    else runs.set(slug, target);
  };
  const controlPlane: ControlPlane = {
    enumerate: async () => found(slugs.map((slug) => ({ slug, plane: "bench" }))),
    async redeploy(selected) {
      if (size <= 1_000) await Promise.all(selected.map(({ slug }) => move(slug)));
      else {
        for (const { slug } of selected) atOnce(slug);
        await clock.sleep(60_000);
      }
      const rows = selected.map(({ slug }) => ({
        slug,
        healthy: !broken.has(slug),
        onTarget: !broken.has(slug),
        hasError: broken.has(slug),
      }));
      return { kind: "answered", ok: rows.every(({ healthy }) => healthy), rows };
    },
  };
  const atOnce = (slug: Slug) => void runs.set(slug, target);
  const prober: Prober = { buildinfo: async ({ slug }) => found(runs.get(slug) ?? "") };
  const started = clock.now();
  await rollOut(
    { release: { sha: target, digests: {}, tag: "bench" }, policy },
    { controlPlane, prober, journal: memoryJournal(), clock },
  );
  return { minutes: (clock.now() - started) / 60_000, hurt: broken.size, moved: moved.size };
}

function chance(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

async function costs(): Promise<void> {
  console.log("2. a rollout of N tenants in virtual time, waves [1, 5, 25%], no requests");
  for (const size of [1_000, 10_000, 100_000]) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), 50);
    const started = performance.now();
    await virtual({ size, policy: { pace: { waves: [1, 5, "25%"] }, soakMs: 0 } });
    const ms = performance.now() - started;
    clearInterval(watch);
    peak = Math.max(peak, process.memoryUsage().heapUsed);
    console.log(
      `   ${String(size).padStart(7)} tenants ${(ms / 1_000).toFixed(2).padStart(6)} s  ${((ms * 1_000) / size).toFixed(0).padStart(4)} µs a tenant  ${((peak - before) / 1_024 / size).toFixed(1).padStart(5)} KB of heap a tenant`,
    );
  }
}

const paces: readonly (readonly [string, FleetPolicy])[] = [
  ["1 then 10s", { pace: { waves: [1, 10] } }],
  ["1 then 10 %", { pace: { waves: [1, "10%"] } }],
  ["doubling waves", { pace: { waves: [1, 2, 4, 8, 16, 32, 64, 128, 256] } }],
  ["window, growth 1", { pace: { window: { growth: 1, cap: 120 } } }],
];

async function shapes(): Promise<void> {
  const seeds = 40;
  console.log(
    `3. 500 tenants, moves of a minute, 50 at a time, soak 60 s, the first failure halts; means of ${seeds} seeds`,
  );
  console.log("   pace               healthy    a release that breaks 10 %: hurt / moved");
  for (const [name, pace] of paces) {
    const policy: FleetPolicy = {
      ...pace,
      soakMs: 60_000,
      maxStragglers: 0,
      verify: { intervalMs: 5_000, timeoutMs: 5_000 },
    };
    const healthy = await virtual({ size: 500, policy, concurrency: 50 });
    let [hurt, moved] = [0, 0];
    for (let seed = 1; seed <= seeds; seed++) {
      const ended = await virtual({ size: 500, policy, concurrency: 50, bad: 0.1, seed });
      [hurt, moved] = [hurt + ended.hurt / seeds, moved + ended.moved / seeds];
    }
    console.log(
      `   ${name.padEnd(17)} ${healthy.minutes.toFixed(0).padStart(5)} min    ${hurt.toFixed(1).padStart(5)} / ${moved.toFixed(0)}`,
    );
  }
}

await sweeps();
await costs();
await shapes();
if (process.env["LATEEN_REAL_SSHD"] === undefined) console.log("4. 5. left out: run it with tools/real-servers");
else {
  console.log("4. hosts over real SSH");
  await import("./fleet-hosts.ts");
  console.log("5. Deployments of two pods behind two real API servers");
  await import("./fleet-kubernetes.ts");
}
