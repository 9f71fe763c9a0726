import type { Settings } from "../../config/load.ts";
import type { Host } from "../../host.ts";
import type { CommandRow } from "../command.ts";
import { type Budget, createBudget } from "../../io/budget.ts";

/** One TAB: what was typed before, and the configuration that holds for it. It opens no secret and sends nothing. */
export interface CompletionContext {
  readonly host: Host;
  readonly commands: readonly CommandRow[];
  readonly budget: Budget;
  /** The value of an option that was typed before. */
  given(option: string): string | undefined;
  /** The configuration; undefined without a valid one: completion does not report its faults. */
  settings(): Promise<Settings | undefined>;
}

/** Time for everything that is read, in milliseconds: local files and a local git answer well within it. */
const budgetMs = 1_200;

/** Begins a {@link CompletionContext}; its time runs from now on. */
export function openContext(
  host: Host,
  commands: readonly CommandRow[],
  given: (option: string) => string | undefined,
): CompletionContext {
  const budget = createBudget(host.clock, budgetMs, host.signal);
  let read: Promise<Settings | undefined> | undefined;
  return {
    host,
    commands,
    budget,
    given,
    settings: () => (read ??= budget.within(() => readSettings(host, given), undefined)),
  };
}

/** As the command itself would read it: `--config` and `--env` count if they were typed. */
async function readSettings(host: Host, given: CompletionContext["given"]): Promise<Settings | undefined> {
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
