// `pnpm bench fleet [sweeps|costs|shapes|watching|replicas|drivers]`: (1) a sweep of 10,000 tenants next to a bare undici loop and curl that
// open their connections alike, (2) what the engine costs per tenant, (3) how long a healthy rollout takes and how many tenants a bad
// release reaches, for four paces, (4) what watching the proven costs, (5) how often a stale replica is called verified, and, started with
// tools/real-servers, (6) 200 hosts over real SSH next to `xargs -P`, (7) 300 Deployments behind two real API servers next to kubectl.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { found, go, parseCommitSha, parseSlug } from "../../packages/kernel/src/index.ts";
import { testEvidence } from "../../packages/kernel/src/testing/index.ts";
import {
  type FleetEvent,
  type FleetPolicy,
  type Journal,
  memoryJournal,
  type Prober,
  rollOut,
  verifyFleet,
} from "../../packages/fleet/src/index.ts";
import { createVirtualClock } from "../../packages/fleet/src/testing/simulation/virtual-clock.ts";
import { createVirtualFleet } from "../../packages/fleet/src/testing/virtual-fleet.ts";
import { chance, rollOutVirtually as virtual } from "../../packages/fleet/test/roll-out-virtually.ts";

const run = promisify(execFile);
const old = "1".repeat(40);
const target = parseCommitSha("2".repeat(40));
const folder = import.meta.dirname;
const tenants = 10_000;
/** Requests of one look by default, and of two looks at every tenant. */
const samples = 3;
const requests = 2 * samples * tenants;

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
    const measured = JSON.parse(stdout) as Record<"seconds" | "processor" | "megabytes", number>;
    return { ...measured, sockets: await sockets() };
  };
  console.log(
    `1. ${requests} answers of ${tenants} tenants that take 20 ms: two looks of ${samples} requests each, 256 at a time`,
  );
  const row = (name: string, seconds: number, rest: string) =>
    console.log(
      `   ${name.padEnd(34)} ${seconds.toFixed(1).padStart(6)} s  ${(requests / seconds).toFixed(0).padStart(6)} answers/s  ${rest}`,
    );
  const lateen = await own("lateen");
  const work = lateen.seconds - 2;
  row(
    "lateen verify, without its 2 s of rest",
    work,
    `${lateen.sockets} sockets, ${lateen.processor.toFixed(1)} s of processor, ${lateen.megabytes.toFixed(0)} MB at the most`,
  );
  const bare = await own("bare");
  row(
    "undici, a connection each",
    bare.seconds,
    `${bare.sockets} sockets, ${bare.processor.toFixed(1)} s of processor, ${bare.megabytes.toFixed(0)} MB at the most`,
  );
  const curl = await curlSweep(url);
  row("curl --parallel, a connection each", curl, `${await sockets()} sockets`);
  const kept = await own("kept");
  row(
    "undici, connections kept",
    kept.seconds,
    `${kept.sockets} sockets: independence costs ${(bare.seconds / kept.seconds).toFixed(1)} times that`,
  );
  console.log(
    `   lateen takes ${(work / bare.seconds).toFixed(2)} of the bare loop's time and ${(work / curl).toFixed(2)} of curl's`,
  );
  server.stdin.end();
  await once(server, "exit");
}

/**
 * The same requests by curl. Ranges keep its list of transfers short, and `--parallel-immediate` opens a connection for each at once: without it
 * curl waits if a connection that is being made could take the next request too, so that one follows the other.
 */
async function curlSweep(url: string): Promise<number> {
  const options = ["--silent", "--no-progress-meter", "--fail", "--parallel", "--parallel-immediate"];
  const range = ["--output", "/dev/null", `${url}/t-[0-${tenants - 1}]/buildinfo`];
  const ranges = Array.from({ length: requests / tenants }, () => range).flat();
  const started = performance.now();
  // It shows its progress in spite of the options.
  const curl = spawn("curl", [...options, "--parallel-max", "256", "-H", "Connection: close", ...ranges], {
    stdio: "ignore",
  });
  const [code] = (await once(curl, "exit")) as [number];
  if (code !== 0) throw new Error(`curl ended with ${code}`);
  return (performance.now() - started) / 1_000;
}

/** Live heap after a collection, in bytes. */
const liveHeap = (): number => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
};

/** The heap is measured when the last sweep begins; the facts of the journal are on a disk in production. */
async function costs(): Promise<void> {
  console.log("2. a rollout of N tenants in virtual time, waves [1, 5, 25%], no requests");
  for (const size of [1_000, 10_000, 100_000]) {
    const clock = createVirtualClock();
    const fleet = createVirtualFleet({ size, sleep: (ms) => clock.sleep(ms), prefix: "t-" });
    const journal: Journal = {
      read: async () => [],
      open: async () => go({ entries: [], append: done, rotate: done, close: done }, testEvidence),
    };
    const before = liveHeap();
    let held = 0;
    const report = ({ type }: FleetEvent) => void (type === "sweep-started" && (held = liveHeap() - before));
    const policy: FleetPolicy = { pace: { waves: [1, 5, "25%"] }, soakMs: 0 };
    const began = process.cpuUsage();
    const input = { release: { sha: target, digests: {}, tag: "bench" }, policy };
    const verdict = await rollOut(input, { ...fleet, journal, clock, report });
    if (verdict.kind !== "go") throw new Error(verdict.reason);
    const { user } = process.cpuUsage(began);
    console.log(
      `   ${String(size).padStart(7)} tenants ${(user / 1e6).toFixed(2).padStart(6)} s of processor  ${(user / size).toFixed(0).padStart(4)} µs a tenant  ${(held / 1_024 / size).toFixed(2).padStart(5)} KB held a tenant`,
    );
  }
}

const done = async (): Promise<void> => undefined;

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

/** Virtual time that a healthy rollout spends on looking at what it has proven, with looks of 50 ms at 256 a time. */
async function watching(): Promise<void> {
  const size = 500;
  console.log(`4. watching the proven in a healthy rollout of ${size}, looks of 50 ms, moves of a minute, soak 60 s`);
  const all: typeof paces = [["batches of 10", { pace: { batch: 10 } }], ...paces];
  for (const [name, pace] of all) {
    const clock = createVirtualClock();
    const fleet = createVirtualFleet({ size, sleep: (ms) => clock.sleep(ms), prefix: "t-" });
    let [watched, boundary, looks, asked] = [0, Number.NaN, 0, 0];
    const report = ({ type, ...event }: FleetEvent) => {
      if (type === "wave-finished") boundary = clock.now();
      if (type === "proven-watched" && "total" in event)
        [watched, looks] = [watched + clock.now() - boundary, looks + event.total];
    };
    const prober: Prober = {
      async buildinfo(tenant) {
        asked += 1;
        await clock.sleep(50);
        return fleet.prober.buildinfo(tenant);
      },
    };
    const started = clock.now();
    const policy = { soakMs: 60_000, ...pace };
    const ports = { ...fleet, prober, journal: memoryJournal(), clock, report };
    const verdict = await rollOut({ release: { sha: target, digests: {}, tag: "bench" }, policy }, ports);
    if (verdict.kind !== "go") throw new Error(verdict.reason);
    const took = clock.now() - started;
    const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
    console.log(
      `   ${name.padEnd(17)} ${(took / 60_000).toFixed(0).padStart(5)} min, of which watching ${share(watched, took)}; ${share(looks, asked)} of ${asked} looks`,
    );
  }
}

/** F01: tenants with one stale replica of n behind a balancer that chooses at random, asked as a rollout asks what it has moved. */
async function replicas(): Promise<void> {
  const size = 400;
  const rounds = 10;
  console.log(
    `5. ${size} tenants with one stale replica of n, ${rounds} times: called verified, and what (1 - 1/n)^(samples x matches) says`,
  );
  for (const [of, samples] of [
    [2, 1],
    [2, 3],
    [3, 3],
    [3, 6],
    [5, 3],
    [5, 12],
    [10, 12],
  ] as const) {
    const random = chance(of * 100 + samples);
    let verified = 0;
    for (let round = 0; round < rounds; round++) {
      const clock = createVirtualClock();
      const slugs = Array.from({ length: size }, (_, index) => parseSlug(`t-${index}`));
      const verdict = await verifyFleet(
        { release: { sha: target, digests: {}, tag: "bench" }, policy: { verify: { samples } } },
        {
          controlPlane: { enumerate: async () => found(slugs.map((slug) => ({ slug, plane: "bench" }))) },
          prober: { buildinfo: async () => found(random() < 1 / of ? old : target) },
          clock,
        },
      );
      verified += verdict.value?.verified ?? 0;
    }
    const chanceOf = (1 - 1 / of) ** (samples * 2);
    console.log(
      `   1 of ${String(of).padEnd(2)} samples ${String(samples).padEnd(2)} ${((100 * verified) / size / rounds).toFixed(1).padStart(6)} %   ${(100 * chanceOf).toFixed(1).padStart(6)} %`,
    );
  }
}

/** Rollouts over servers that we did not write. */
async function drivers(): Promise<void> {
  if (process.env["LATEEN_REAL_SSHD"] === undefined) {
    console.log("6. 7. left out: run it with tools/real-servers");
    return;
  }
  // Their own argument is a number of tenants.
  process.argv.splice(2);
  console.log("6. hosts over real SSH");
  await import("./fleet-hosts.ts");
  console.log("7. Deployments of two pods behind two real API servers");
  await import("./fleet-kubernetes.ts");
}

const parts = { sweeps, costs, shapes, watching, replicas, drivers };
const chosen = process.argv.slice(2);
for (const [name, part] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await part();
