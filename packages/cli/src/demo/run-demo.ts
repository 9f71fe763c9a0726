import { asReleaseError, isReleaseError, type ReleaseError, type Reporter } from "@lateen/kernel";
import type { CommandResult } from "../commands/command.ts";
import type { Machine } from "./program.ts";
import { table } from "../output/answer.ts";
import { columns } from "../output/text/line.ts";
import type { CommandEvent } from "../output/events.ts";
import { didYouMean } from "../config/suggest.ts";
import { keep } from "./keep.ts";
import { wrapped } from "./layout.ts";
import { ending, formatChecks, play, type Played } from "./play.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import { startWorld } from "./world.ts";
import { usageError, cliError } from "../config/errors.ts";

export interface DemoOptions extends Machine {
  readonly scenario: string | undefined;
  readonly list: boolean;
  readonly all: boolean;
  readonly keep: boolean;
  /** A table instead of the progress of each command line. @default false */
  readonly brief?: boolean | undefined;
  readonly quiet: boolean;
  readonly report: Reporter<CommandEvent>;
  /** Scenarios to play. @default all that this package has */
  readonly repertoire?: readonly Scenario[];
}

/**
 * Plays scenarios, each in a world of its own.
 *
 * @throws ReleaseError `USAGE` for a scenario that does not exist; `DEMO_FAILED` if one ended as it must not
 */
export async function runDemo(options: DemoOptions): Promise<CommandResult> {
  const { host, repertoire = scenarios } = options;
  if (options.list) return listed(repertoire);
  const show = (text: string): void => {
    options.report({ type: "narrated", text });
    if (!options.quiet) host.stderr.write(text);
  };
  const chosen = options.all ? repertoire : [findScenario(repertoire, options.scenario ?? "ship")];
  const played: Played[] = [];
  for (const scenario of chosen) {
    if (host.signal.aborted) throw host.signal.reason;
    const result = await playIn(scenario, options, show).catch((error: unknown) => {
      if (!options.all || host.signal.aborted || (isReleaseError(error) && error.category === "input")) throw error;
      return brokenOff(scenario, error);
    });
    played.push(result);
    if (options.all && !result.passed) show(`${wrapped(result.transcript)}\n`);
    if (options.all || options.brief === true) show(`${formatChecks(result)}\n`);
  }
  const failed = played.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    if (options.all) show(`\n${formatRows(played)}\n\n`);
    throw failure(failed);
  }
  const [only] = played;
  return {
    outcome: "ok",
    document: { reason: `${played.length === 1 ? "the scenario" : `all ${played.length} scenarios`} ended as it must` },
    answer:
      options.all || only === undefined
        ? `${formatAll(played)}\n\n${formatTryNext(undefined)}`
        : options.brief === true
          ? `${formatAll(played)}\n\n${formatTryNext(only.scenario.name)}`
          : `${wrapped(only.last?.answer ?? "")}\n${formatChecks(only)}\n\n${formatTryNext(only.scenario.name)}`,
  };
}

/** Plays a scenario in a world of its own. */
async function playIn(scenario: Scenario, options: DemoOptions, show: (text: string) => void): Promise<Played> {
  const { host } = options;
  const world = await startWorld(scenario.world, options.all ? "quick" : "watched");
  try {
    const verbose = !options.all && options.brief !== true;
    const result = await play(scenario, world, { machine: options, show, verbose });
    if (host.signal.aborted) throw host.signal.reason;
    if (options.keep) await keep(world, host, options.report);
    return result;
  } finally {
    await world.close();
  }
}

/** The others are played all the same. */
function brokenOff(scenario: Scenario, error: unknown): Played {
  const { message, code, why } = asReleaseError(error);
  const says = `it was played to its end: ${[`${code}: ${message}`, why].filter((text) => text !== undefined).join("; ")}`;
  const transcript = error instanceof Error ? (error.stack ?? "") : "";
  return { scenario, checks: [{ says, holds: false }], last: undefined, transcript, passed: false };
}

function listed(repertoire: readonly Scenario[]): CommandResult {
  const answer = columns(repertoire.map(({ name, title }) => [name, title])).join("\n");
  const named = repertoire.map(({ name, title }) => ({ name, title }));
  return { outcome: "ok", document: { reason: `${repertoire.length} scenarios`, scenarios: named }, answer };
}

function formatRows(played: readonly Played[]): string {
  const rows = played.map(({ scenario, last, checks }) => {
    const broken = checks.filter(({ holds }) => !holds).length;
    const held = broken === 0 ? `${checks.length} checks hold` : `FAILED: ${broken} of ${checks.length} checks`;
    return [`  ${scenario.name}`, last?.document?.outcome ?? "", checks.length === 0 ? "FAILED: no check" : held];
  });
  return table(rows);
}

function formatAll(played: readonly Played[]): string {
  const sum =
    played.length === 1 ? "the scenario ended as it must" : `all ${played.length} scenarios ended as they must`;
  return `\n${formatRows(played)}\n\n${sum}`;
}

/** Lines that a newcomer may type now. */
function formatTryNext(name: string | undefined): string {
  return [
    "what to try next:",
    ...columns([
      ["lateen demo --list", "the other incidents"],
      [`lateen demo ${name ?? "ship"} --keep`, "the same world, to drive by yourself"],
      ["lateen init", "in your project: its configuration"],
    ]),
  ].join("\n");
}

function findScenario(repertoire: readonly Scenario[], name: string): Scenario {
  const found = repertoire.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const names = repertoire.map((scenario) => scenario.name);
  throw usageError(
    `there is no scenario ${JSON.stringify(name)}${didYouMean(name, names)}`,
    "lateen demo --list lists the scenarios",
  );
}

function failure(failed: readonly Played[]): ReleaseError {
  const lines = failed.flatMap(({ scenario: { name }, checks, last }) => [
    ...checks.filter(({ holds }) => !holds).map(({ says }) => `${name}: not so: ${says}`),
    ...(checks.length === 0 ? [`${name}: nothing was checked`] : []),
    ...(last === undefined ? [] : [`${name}: lateen ${last.argv.join(" ")}${ending(last).trimEnd()}`]),
  ]);
  return cliError("DEMO_FAILED", "bug", {
    message: `${failed.map(({ scenario }) => scenario.name).join(", ")} ended as it must not`,
    why: lines.join("\n"),
    fix: "report it with the output of lateen demo SCENARIO -v",
  });
}
