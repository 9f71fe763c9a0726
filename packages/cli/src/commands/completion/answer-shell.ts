import type { CommandRow } from "../command.ts";
import { globalOptions, writerOptions } from "../global-options.ts";
import type { Host } from "../../host.ts";
import { skimArguments } from "../../command-line/arguments.ts";
import { readTokens } from "../../command-line/tokens.ts";
import { decidePlace } from "./decide-place.ts";
import { findOffer, type Line } from "./find-offer.ts";
import { formatOffer } from "./format-offer.ts";
import { openContext } from "./context.ts";

/**
 * Answers what the scripts of `lateen completion` ask: `lateen __complete -- WORDS`, the last of which is being typed.
 *
 * Always 0 and never a word on standard error: a person is in the middle of a line.
 */
export async function answerShell(host: Host, commands: readonly CommandRow[]): Promise<0> {
  try {
    const words = host.argv.slice(host.argv[1] === "--" ? 2 : 1);
    // Windows PowerShell drops empty arguments, so its script sends two quotes for one.
    const typed = words.map((word) => (word === '""' ? "" : word));
    host.stdout.write(await complete(typed, host, commands));
  } catch {
    // Whatever it is, the command itself will say it.
  }
  return 0;
}

async function complete(words: readonly string[], host: Host, commands: readonly CommandRow[]): Promise<string> {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? "";
  const line = await readLine(before, commands);
  const given = skimArguments(before, line.options);
  const context = openContext(host, commands, (option) => given.text(option));
  return formatOffer(await findOffer(decidePlace(words, line.options), line, typed, context), typed);
}

/** The first word that is a command is the command: what a command adds to the options is not known before. */
async function readLine(before: readonly string[], commands: readonly CommandRow[]): Promise<Line> {
  const free = readTokens(before, globalOptions).flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  if (free[0] === "help") return { row: { name: "help" }, command: undefined, options: globalOptions };
  const row = commands.find(({ name }) => free.includes(name));
  const command = await row?.load();
  const options = { ...globalOptions, ...(row?.writes === true ? writerOptions : {}), ...command?.options };
  return { row, command, options };
}
