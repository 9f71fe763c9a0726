import type { CommandRow } from "../command.ts";
import type { Settings } from "../../config/load.ts";
import type { Host } from "../../host.ts";
import type { Wiring } from "../../wiring/wiring.ts";
import { type Budget, createBudget } from "./budget.ts";
import type { Candidate } from "./candidate.ts";
import { openMemory } from "./memory.ts";

/** One TAB: what was typed before, the configuration that holds for it, and the servers, all of them within one budget of time. */
export interface Inquiry {
  readonly host: Host;
  readonly commands: readonly CommandRow[];
  readonly budget: Budget;
  /** The value of an option that was typed before. */
  given(option: string): string | undefined;
  /** The configuration; undefined where there is none that holds: completion has nothing to say about its faults. */
  settings(): Promise<Settings | undefined>;
  /**
   * What a server says, or said lately; nothing where it does not answer in time.
   *
   * @param key - What is asked of whom, without secrets; the answer is remembered under it.
   */
  live(
    key: string,
    read: (wiring: Wiring, signal: AbortSignal) => Promise<readonly Candidate[] | undefined>,
  ): Promise<readonly Candidate[]>;
}

/**
 * Time for everything that is read, in milliseconds: with the start of the program a TAB is answered within a second and a half, and
 * a dead server costs no more than that.
 */
const budgetMs = 1_200;

/** Begins an {@link Inquiry}; its time runs from now on. */
export function openInquiry(
  host: Host,
  commands: readonly CommandRow[],
  given: (option: string) => string | undefined,
): Inquiry {
  const budget = createBudget(host.clock, budgetMs, host.signal);
  const memory = openMemory(host);
  const settings = once(() => budget.within(() => readSettings(host, given), undefined));
  const wiring = once(async () => await makeWiring(host, await settings()));
  return {
    host,
    commands,
    budget,
    given,
    settings,
    async live(key, read) {
      const known = memory.recall(key);
      if (known?.mayBeUsed === true) return known.candidates;
      const adapters = await wiring();
      if (adapters === undefined) return [];
      const answer = await budget.within((signal) => read(adapters, signal), undefined);
      memory.remember(key, answer);
      return answer ?? known?.candidates ?? [];
    },
  };
}

/** As the command itself would read it: `--config` and `--env` count where they were typed. */
async function readSettings(host: Host, given: Inquiry["given"]): Promise<Settings | undefined> {
  const [{ loadConfig }, { findConfigFile }] = await Promise.all([
    import("../../config/load.ts"),
    import("./config-file.ts"),
  ]);
  const { cwd, env, files } = host;
  const found = findConfigFile(host, given("config"));
  if (found.kind === "program") return undefined;
  const file = found.kind === "file" ? found.path : undefined;
  return await loadConfig({ cwd, env, files, file, overlay: given("env") });
}

async function makeWiring({ env, files, clock }: Host, settings: Settings | undefined): Promise<Wiring | undefined> {
  if (settings === undefined) return undefined;
  const { wire } = await import("../../wiring/wiring.ts");
  return wire({ settings, env, files, clock });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
