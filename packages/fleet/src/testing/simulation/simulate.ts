import {
  type Clock,
  found,
  go,
  isReleaseError,
  type Reading,
  stop,
  type Verdict,
  type Release,
  type Ancestry,
} from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import type { FleetEvent } from "../../events.ts";
import type { FleetReport } from "../../coverage/fleet-report.ts";
import type { RolloutPorts } from "../../ports/rollout-ports.ts";
import { rollOut } from "../../roll-out.ts";
import { createDisk, journalOn, tear } from "./disk.ts";
import { checkPost, checkVerdict, Violation, type Watch } from "./invariants.ts";
import { replay } from "../../engine/reducer.ts";
import { commits, isDue, planScenario, type Scenario } from "./scenario.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import { createWorld, type WorldFault } from "./world.ts";

/** Outcome of one seed. */
export interface SimulationRun {
  readonly seed: number;
  /** End of the last life: `go`, the outcome of its stop, or the code of the error that it threw. */
  readonly ended: string;
  readonly lives: number;
  /** Calls of the control plane. */
  readonly posts: number;
  /** Steps of the process: every call, probe, write and pause. */
  readonly operations: number;
  /** Virtual time, in milliseconds. */
  readonly tookMs: number;
  /** How often each fault of the world was met. */
  readonly met: ReadonlyMap<WorldFault, number>;
  /** The invariant that was broken; the trace ends there. */
  readonly violation: string | undefined;
  /** Everything that happened, in order, one line each. */
  readonly trace: readonly string[];
}

/** Settings of a simulation. */
export interface SimulateOptions {
  /** The engine under test. @default rollOut */
  readonly engine?: typeof rollOut;
  /** Operations after which the process is killed, one entry a life. @default those of the seed */
  readonly crashes?: readonly number[];
  /** True to write down what happens, which costs as much as the simulation itself. @default true */
  readonly trace?: boolean;
}

/** Operations of one simulation at most; more means that it would not end (I16). */
const mostOperations = 200_000;
const mostLives = 8;

/**
 * Runs the rollout that `seed` describes in virtual time, with its faults, crashes and restarts, and checks the invariants at
 * every call and at every end. The same seed gives the same run to the letter.
 */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<SimulationRun> {
  const planned = planScenario(seed);
  const scenario = options.crashes === undefined ? planned : { ...planned, crashes: options.crashes };
  const clock = createVirtualClock();
  const simulation = begin(scenario, clock, options.trace !== false);
  const startedAt = clock.now();
  let ended = "";
  let lives = 0;
  let violation: string | undefined;
  try {
    do {
      lives += 1;
      if (lives === scenario.intruderIn) await intrude(simulation, lives, options.engine ?? rollOut);
      ended = await live(simulation, lives, options.engine ?? rollOut);
      simulation.note(`life ${lives} ended: ${ended}`);
    } while (continues(ended, lives));
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error.message;
  }
  return {
    seed,
    ended,
    lives,
    posts: simulation.count.posts,
    operations: simulation.count.operations,
    tookMs: clock.now() - startedAt,
    met: simulation.watch.world.met,
    violation,
    trace: simulation.trace,
  };
}

/** A killed or interrupted rollout is resumed, as the next job would do. */
function continues(ended: string, lives: number): boolean {
  if (lives >= mostLives) return false;
  return ended === "killed" || ended === "interrupted" || ended === "JOURNAL_WRITE";
}

interface Simulation {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly isTraced: boolean;
  readonly trace: string[];
  readonly count: { posts: number; operations: number };
  note(line: string): void;
}

/** The rollout of another fleet finds the journal: it must neither resume it nor put it aside. */
async function intrude(simulation: Simulation, number: number, engine: typeof rollOut): Promise<void> {
  const { disk } = simulation.watch;
  const { id, finished, moved } = replay(disk.entries);
  if (id === undefined || finished !== undefined || moved === 0) return;
  const before = disk.entries.length;
  meet(simulation, "another fleet's journal");
  const ended = await live(simulation, number, engine, "other");
  simulation.note(`the rollout of another fleet ended: ${ended}`);
  if (ended !== "refused" || disk.entries.length !== before)
    throw new Violation(`I19 the rollout of another fleet took the journal: ${ended}`);
}

function meet({ watch: { world } }: Simulation, fault: WorldFault): void {
  world.met.set(fault, (world.met.get(fault) ?? 0) + 1);
}

function begin(scenario: Scenario, clock: Clock, isTraced: boolean): Simulation {
  const [, , , sha] = commits;
  if (sha === undefined) throw new TypeError("there is no target");
  const release: Release = { sha, digests: {}, tag: "staging-3333333" };
  const world = createWorld(scenario, clock);
  const trace: string[] = [];
  const watch: Watch = {
    scenario,
    release,
    world,
    disk: createDisk(),
    underway: new Map(),
    posts: new Map(),
    moved: new Set(),
    heardOfStrangers: false,
    lastPostAt: 0,
    guardsPassed: false,
    guardStopped: false,
  };
  const note = (line: string) =>
    void (isTraced && trace.push(`${((clock.now() - world.startedAt) / 1_000).toFixed(3)} s  ${line}`));
  return { isTraced, scenario, clock, watch, trace, count: { posts: 0, operations: 0 }, note };
}

/** One process, from its start to its end or its death. */
async function live(
  simulation: Simulation,
  number: number,
  engine: typeof rollOut,
  environment = "simulated",
): Promise<string> {
  const { scenario, watch, clock, note } = simulation;
  const died = Promise.withResolvers<string>();
  const failed = Promise.withResolvers<never>();
  const abort = new AbortController();
  let isDead = false;
  let operations = 0;
  const isIntruder = environment !== "simulated";
  const killAt = isIntruder ? undefined : scenario.crashes[number - 1];
  // An answer dies with the process that got it, unless the journal has it.
  const heardOfStrangers = watch.disk.entries.some(
    (entry) => entry.type === "call-answered" && entry.strangers !== undefined,
  );
  Object.assign(watch, { guardsPassed: false, guardStopped: false, heardOfStrangers });
  watch.disk.full = number === 1 && isDue(clock, watch.world.startedAt, scenario.diskFullAt);

  /** Every step of the process passes here: it may be the last one, and a dead process does nothing any more. */
  async function step<T>(work: () => T | Promise<T>): Promise<T> {
    operations += 1;
    simulation.count.operations += 1;
    if (simulation.count.operations > mostOperations) failed.reject(new Violation("I16 it does not end"));
    if (operations === killAt && !isDead) {
      isDead = true;
      note("kill -9");
      tear(watch.disk, scenario.random);
      died.resolve("killed");
    }
    if (isDead) return await new Promise<T>(() => undefined);
    const value = await work();
    return isDead ? await new Promise<T>(() => undefined) : value;
  }

  const check = (work: () => void) => {
    try {
      work();
    } catch (error) {
      isDead = true;
      failed.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const ports = portsOf(simulation, { step, check, number, isIntruder, isDead: () => isDead });
  if (number === 1 && scenario.abortAt !== undefined) {
    void clock.sleep(scenario.abortAt).then(() => {
      if (isDead) return;
      note("SIGTERM");
      abort.abort();
    });
  }
  const input = {
    release: watch.release,
    policy: scenario.policy,
    tagOf: (sha: string) => `staging-${sha.slice(0, 7)}`,
    fleet: { environment, controlPlanes: [{ name: "simulated", url: "https://cp.example.com" }] },
  };
  const finished = engine(input, ports, abort.signal).then(
    (verdict) => {
      if (!isDead && !isIntruder) check(() => checkVerdict(watch, verdict, isRefusal(verdict)));
      return nameOf(verdict);
    },
    (error: unknown) =>
      isReleaseError(error) ? error.code : Promise.reject(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    return await Promise.race([failed.promise, died.promise, finished]);
  } finally {
    isDead = true;
    watch.disk.full = false;
  }
}

function nameOf(verdict: Verdict<FleetReport>): string {
  if (verdict.kind === "go") return "go";
  return verdict.value?.interrupted === true ? "interrupted" : verdict.outcome;
}

/** A fleet of ephemeral tenants only is refused, fair or not. */
function isRefusal(verdict: Verdict<FleetReport>): boolean {
  return verdict.kind === "stop" && verdict.outcome === "refused";
}

interface Life {
  readonly number: number;
  readonly isIntruder: boolean;
  step<T>(work: () => T | Promise<T>): Promise<T>;
  check(work: () => void): void;
  isDead(): boolean;
}

function portsOf(simulation: Simulation, { step, check, number, isIntruder, isDead }: Life): RolloutPorts {
  const { scenario, watch, clock, note, count } = simulation;
  const { world, disk } = watch;
  return {
    clock: machineClock(simulation, number, (ms, signal) => step(() => clock.sleep(ms, signal))),
    controlPlane: {
      enumerate: () => step(() => world.enumerate()),
      redeploy: (tenants, release) =>
        step(async () => {
          const call = (count.posts += 1);
          if (isIntruder) check(() => never("I19 the rollout of another fleet moved a tenant"));
          if (simulation.isTraced) note(`POST ${release.tag}: ${tenants.map(({ slug }) => slug).join(" ")}`);
          check(() => checkPost(watch, tenants, release));
          watch.lastPostAt = clock.now();
          watch.underway.set(
            call,
            tenants.map(({ slug }) => slug),
          );
          const answer = await world.redeploy(tenants, release);
          for (const { slug } of answer.kind === "answered" ? answer.rows : [])
            if (world.tenants.get(slug)?.sha === watch.release.sha) watch.moved.add(slug);
          watch.underway.delete(call);
          if (!isDead() && answer.kind === "answered" && answer.rows.some(({ commandOk }) => commandOk === true))
            watch.heardOfStrangers = true;
          // A call that was turned away for now has moved no tenant.
          if (answer.kind === "busy")
            for (const { slug } of tenants) watch.posts.set(slug, (watch.posts.get(slug) ?? 1) - 1);
          if (simulation.isTraced)
            note(
              `answer: ${answer.kind}${answer.kind === "answered" ? ` ${answer.rows.length} rows, ok ${answer.ok}` : ""}`,
            );
          return answer;
        }),
    },
    random: () => 0.5,
    prober: { buildinfo: ({ slug }) => step(() => world.probe(slug)) },
    history: { compare: (base, head) => step(() => compare(base, head)) },
    guards: [
      guard("kill-switch", "held", scenario.killSwitchAt),
      guard("supersession", "superseded", scenario.supersededAt),
    ],
    journal: journalOn(disk, number, step, () => step(() => clock.sleep(1))),
    report: (event: FleetEvent) => {
      if (isDead()) return;
      if (simulation.isTraced) note(describe(event));
      if (event.type === "wave-started") watch.guardsPassed = watch.guardsPassed && !watch.guardStopped;
      if (event.type === "wave-finished")
        watch.guardsPassed = "window" in (scenario.policy.pace ?? {}) ? watch.guardsPassed : false;
    },
  };

  function guard(
    name: string,
    outcome: "held" | "superseded",
    at: number | undefined,
  ): NonNullable<RolloutPorts["guards"]>[number] {
    return {
      name,
      check: () =>
        step(() => {
          if (isDue(clock, world.startedAt, at)) {
            watch.guardStopped = true;
            return stop({ outcome, code: "GUARD_STOPPED", reason: `${name} says stop` });
          }
          watch.guardsPassed = true;
          return go(undefined, testEvidence);
        }),
    };
  }
}

function never(what: string): never {
  throw new Violation(what);
}

/** The clock of the machine that a life runs on: wrong from the beginning, and set once after ten minutes. */
function machineClock(simulation: Simulation, life: number, sleep: Clock["sleep"]): Clock {
  const { scenario, clock } = simulation;
  const { from = 0, setBy = 0 } = scenario.clockOffsets[life - 1] ?? {};
  const began = clock.now();
  let isSet = setBy === 0;
  return {
    now: () => clock.now() + from + (clock.now() - began > 600_000 ? setBy : 0),
    elapsed() {
      if (!isSet && clock.now() - began > 600_000) {
        isSet = true;
        meet(simulation, "clock set");
      }
      return clock.now();
    },
    sleep,
  };
}

function compare(base: string, head: string): Reading<Ancestry> {
  const [from, to] = [commits.indexOf(base as never), commits.indexOf(head as never)];
  if (from === to) return found("identical");
  if (from === 5 || to === 5) return found("diverged");
  return found(to > from ? "ahead" : "behind");
}

function describe(event: FleetEvent): string {
  const { type, ...rest } = event;
  return `${type} ${JSON.stringify(rest)}`.slice(0, 400);
}
