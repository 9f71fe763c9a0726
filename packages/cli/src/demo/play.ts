import { paragraph, wrapped } from "./layout.ts";
import { type Machine, runProgram, type Ran, startProgram } from "./program.ts";
import type { Check, Scenario, Stage } from "./scenario.ts";
import type { World } from "./world.ts";

/** Result of a scenario. */
export interface Played {
  readonly scenario: Scenario;
  readonly checks: readonly Check[];
  /** The last command line that was run. */
  readonly last: Ran | undefined;
  /** Progress of all command lines, shown or not. */
  readonly transcript: string;
  readonly passed: boolean;
}

/** Output of a play, and its detail. */
export interface PlayOptions {
  readonly machine: Machine;
  readonly show: (text: string) => void;
  /** True to show progress of the program, line by line. */
  readonly verbose: boolean;
}

export async function play(scenario: Scenario, world: World, { machine, show, verbose }: PlayOptions): Promise<Played> {
  show(`\n${scenario.name}: ${scenario.title}\n\n`);
  show(`${paragraph("  before  ", scenario.before)}\n${paragraph("  now     ", scenario.now)}\n\n`);
  let last: Ran | undefined;
  let transcript = "";
  const progress = (line: string): void => {
    transcript += line;
    if (verbose) show(wrapped(line));
  };
  // The last answer of all is the demo's own.
  let unshown = "";
  const showAnswer = (): void => {
    if (unshown !== "" && verbose) show(`${wrapped(unshown)}\n`);
    unshown = "";
  };
  const begin = (argv: readonly string[], end: string): void => {
    const line = `$ lateen ${argv.map(quoted).join(" ")}${end}\n`;
    transcript += line;
    show(line);
  };
  const stage: Stage = {
    world,
    say(text) {
      showAnswer();
      show(`${paragraph("# ", text)}\n`);
    },
    async lateen(argv, options = {}) {
      showAnswer();
      begin(argv, "");
      const onProgress = (line: string): void => (progress(line), options.onProgress?.(line));
      last = await runProgram(world, machine, argv, { ...options, onProgress });
      unshown = last.answer;
      transcript += ending(last);
      show(verbose ? `  → exit ${last.code}\n` : ending(last));
      return last;
    },
    start(argv, options = {}) {
      begin(argv, " &");
      return startProgram(world, machine, argv, { ...options, onProgress: progress });
    },
  };
  const checks = await scenario.play(stage);
  return { scenario, checks, last, transcript, passed: checks.length > 0 && checks.every(({ holds }) => holds) };
}

export function formatChecks({ checks }: Played): string {
  return checks.map(({ says, holds }) => paragraph(holds ? "  ✓ " : "  ✗ ", says)).join("\n");
}

/** A line on how a command line ended. */
export function ending({ code, document }: Ran): string {
  const { outcome = "no result", reason = "" } = document ?? {};
  return `${paragraph("  → ", `exit ${code}, ${outcome}${reason === "" ? "" : `: ${reason}`}`)}\n`;
}

function quoted(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word}'`;
}
