import { type Arguments, readArguments } from "../command-line/arguments.ts";
import { globalOptions } from "../commands/global-options.ts";
import { commands } from "../commands/commands.table.ts";
import { usageError } from "../config/errors.ts";
import { didYouMean } from "../config/suggest.ts";
import type { Host } from "../host.ts";
import type { Screen } from "../output/outputs.ts";
import { formatCommandHelp, formatHelp } from "./format-help.ts";
import { helpTopics } from "./topics.ts";

/** Answers what was asked for instead of a command: the version, a page, or the list. @throws ReleaseError `USAGE` */
export async function answerHelp(
  screen: Screen,
  host: Host,
  topic: string | undefined,
  skimmed: Arguments,
): Promise<number> {
  if (isVersion(host.argv)) return screen.text(`${host.version()}\n`, 0);
  const page = helpTopics.find(({ name }) => name === topic);
  if (page !== undefined) return screen.text(await page.load(), 0);
  if (topic !== undefined) {
    const row = commands.find(({ name }) => name === topic);
    if (row !== undefined) return screen.text(formatCommandHelp(row, await row.load()), 0);
    throw usageError(
      `there is no help on ${JSON.stringify(topic)}${didYouMean(
        topic,
        [...helpTopics, ...commands].map(({ name }) => name),
      )}`,
      "lateen --help lists the commands and the topics",
    );
  }
  // A command line that asks for nothing is checked all the same: `lateen --jsn` must not pass for a request for help.
  readArguments(host.argv, globalOptions);
  if (skimmed.has("help") || skimmed.positionals[0] === "help") return screen.text(formatHelp(), 0);
  throw usageError("no command is given", "lateen --help lists the commands");
}

/** If the command line asks for the version alone. */
export function isVersion(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V" || argv[0] === "version");
}
