import { nextTick } from "node:process";
import type { Clock } from "@lateen/kernel";
import type { PromotePorts } from "../promotion.ts";
import { type Actor, type Call, turnTaking } from "./turn-taking.ts";
import type { PromotionWorld } from "./world.ts";

/** One program that runs alongside others in an exploration: a promotion, a rollback, a reconcile. */
export type Program = (ports: PromotePorts) => Promise<unknown>;

/** Input of an exploration. */
export interface Exploration {
  /** Makes a new world; the same each time. */
  readonly world: (clock: Clock) => PromotionWorld;
  readonly programs: (world: PromotionWorld) => readonly Program[];
  /**
   * `one by one` if each read of a tag is a turn of its own; `together` if all that a program makes at the same time are one turn, after the
   * ledger if that is read as well, which takes a tenth of the time. Writes and the ledger always have turns of their own.
   * @default "together"
   */
  readonly tagReads?: "together" | "one by one";
  /** Maximum number of programs that crash in one run. @default 0 */
  readonly crashes?: number;
  /** Called at the end of every run. It throws if an invariant is broken; `results` has the value or error of each that ended. */
  readonly check: (end: {
    readonly world: PromotionWorld;
    readonly crashed: readonly number[];
    readonly results: readonly unknown[];
  }) => Promise<void>;
  /** Ends the exploration with an error beyond so many states. @default 200000 */
  readonly maxStates?: number;
}

/** Size of the exploration. */
export interface Explored {
  readonly states: number;
  readonly ends: number;
}

/**
 * Runs programs in every order in which their calls can reach ledger and tags, with a crash at every point, and checks
 * every end.
 *
 * Each call of a program waits until it is its turn; a crashed program's writes may still arrive later, as a packet on the
 * wire does. A state is what the world holds plus all that each program has seen; since programs are deterministic, a state
 * that was met before need not be followed again.
 *
 * Of two turns that commute, one order is enough: a turn *sleeps* where the other order is followed. Every state is met all the same, by
 * fewer ways. Source: Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems" (1996), chapter 5, sleep sets with
 * states that are remembered.
 * @throws Error that names the order of calls of the first run whose check failed
 */
export async function explore(exploration: Exploration): Promise<Explored> {
  /** Turns of each state that no run has followed, because they slept whenever it was met. */
  const seen = new Map<string, ReadonlySet<string>>();
  const todo: { readonly path: readonly string[]; readonly asleep: readonly Turn[] }[] = [{ path: [], asleep: [] }];
  let ends = 0;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const run = startRun(exploration);
    await idle();
    for (const choice of next.path) await run.choose(choice);
    let { path, asleep } = next;
    for (;;) {
      const state = run.state();
      const choices = run.choices();
      const sleeping = new Set(asleep.map(({ id }) => id));
      const before = seen.get(state);
      seen.set(state, before === undefined ? sleeping : new Set([...before].filter((id) => sleeping.has(id))));
      if (seen.size > (exploration.maxStates ?? 200_000)) throw new Error(`more than ${seen.size - 1} states`);
      if (before === undefined && choices.length === 0) {
        ends++;
        await run.end().catch((error: unknown) => {
          throw new Error(`after ${path.join(", ")}: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        });
      }
      const awake = choices.filter(({ id }) => (before === undefined || before.has(id)) && !sleeping.has(id));
      const [first, ...others] = awake.map((turn, at) => ({
        path: [...path, turn.id],
        asleep: [...asleep, ...awake.slice(0, at)].filter((other) => commute(other, turn)),
      }));
      if (first === undefined) break;
      todo.push(...others);
      ({ path, asleep } = first);
      await run.choose(path.at(-1) ?? "");
    }
  }
  return { states: seen.size, ends };
}

/** One thing that may happen next: a call of a program, or its crash. */
interface Turn extends Pick<Call, "writes"> {
  readonly id: string;
  readonly actor: number;
  /** Resource that it reads or writes; undefined for a crash, which only its own program sees. */
  readonly place: Call["place"] | undefined;
}

/** True if the state after both is the same in either order, and neither makes the other impossible. */
function commute(one: Turn, other: Turn): boolean {
  if (one.actor === other.actor) return false;
  // Of two crashes, the first may be the last that is allowed.
  if (one.place === undefined && other.place === undefined) return false;
  return one.place !== other.place || (!one.writes && !other.writes);
}

function startRun(exploration: Exploration) {
  const world = exploration.world({ now: () => 0, sleep: async () => undefined });
  const actors: Actor[] = exploration.programs(world).map((program, at) => {
    const actor: Actor = { calls: new Map(), log: new Map(), fresh: true, crashed: false, result: undefined };
    void finish(actor, program(turnTaking(world, actor, at)));
    return actor;
  });
  const crashed = () => actors.flatMap((actor, at) => (actor.crashed ? [at] : []));
  return {
    choices(): readonly Turn[] {
      const steps = actors.flatMap(({ calls, crashed: dead }, actor) =>
        turnsOf(calls, exploration)
          .filter(({ writes }) => !dead || writes)
          .map(({ name, writes, place }) => ({ id: `${actor} ${name}`, actor, writes, place })),
      );
      if (crashed().length >= (exploration.crashes ?? 0)) return steps;
      const running = actors.flatMap((actor, at) => (mayCrash(actor) ? [at] : []));
      const crashes = running.map((actor) => ({ id: `${actor} crash`, actor, writes: false, place: undefined }));
      return [...steps, ...crashes];
    },
    async choose(choice: string): Promise<void> {
      const at = Number(choice.slice(0, choice.indexOf(" ")));
      const name = choice.slice(choice.indexOf(" ") + 1);
      const actor = actors[at];
      if (actor === undefined) return;
      if (name === "crash") actor.crashed = true;
      const due = [...actor.calls.values()].filter(
        (call) => call.name === name || (call.name.startsWith("resolve") && name === "resolve"),
      );
      for (const call of due) {
        actor.calls.delete(call.name);
        actor.fresh = call.writes;
        const saw = await call.go(!actor.crashed);
        actor.log.set(call.name, [...(actor.log.get(call.name) ?? []), saw]);
      }
      await idle();
    },
    state(): string {
      const ledger = world.ledger.heads.map(({ entry }) => entry.nonce);
      const programs = actors.map(stateOf);
      return JSON.stringify([world.latest(), ledger, programs]);
    },
    end: () => exploration.check({ world, crashed: crashed(), results: actors.map(({ result }) => result?.value) }),
  };
}

async function finish(actor: Actor, end: Promise<unknown>): Promise<void> {
  const value = await end.catch((error: unknown) => error);
  actor.result = { value };
}

function turnsOf(calls: Actor["calls"], { tagReads = "together" }: Exploration): readonly Omit<Call, "go">[] {
  const all = [...calls.values()];
  if (tagReads === "one by one") return all;
  const others = all.filter(({ name }) => !name.startsWith("resolve"));
  const isDue = others.length < all.length && !others.some(({ name }) => name === "read");
  return isDue ? [{ name: "resolve", writes: false, place: "tags" }, ...others] : others;
}

/**
 * A crash between two reads is, for all others, the same as one right after the last write; so only that one is tried, and
 * the one that leaves a write on the wire.
 */
function mayCrash({ calls, fresh, crashed, result }: Actor): boolean {
  return !crashed && result === undefined && (fresh || [...calls.values()].some(({ writes }) => writes));
}

/** State of a program: its writes on the wire if it is dead, its end if it has ended, else all that it has seen. */
function stateOf({ calls, crashed, log, result }: Actor): unknown {
  const waiting = [...calls.values()].filter(({ writes }) => writes || !crashed).map(({ name }) => name);
  if (crashed) return waiting.toSorted();
  return result === undefined
    ? [[...log].toSorted(byName), waiting.toSorted()]
    : [(result.value as { kind?: unknown } | undefined)?.kind];
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/**
 * Lets everything run that can run without another turn. Nothing in memory waits for a timer or for the system, so that all of it is
 * promises, which Node settles before the next tick; a turn of the event loop would ask the system half a million times.
 */
function idle(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}
