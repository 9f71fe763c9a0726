import { commands } from "../commands/commands.table.ts";
import type { Command, CommandRow } from "../commands/command.ts";
import { outcomesOf } from "../commands/outcomes.table.ts";
import { type ExitCodeRow, outcomeExitCodes } from "../output/exit-codes.table.ts";
import { exitCodeColumns } from "../output/exit-codes.ts";
import { globalOptions, writerOptions } from "../commands/global-options.ts";
import { helpTopics } from "./topics.ts";
import type { Options } from "../command-line/arguments.ts";
import { paragraph, twoColumns } from "./page.ts";

/** The text of `lateen --help`. */
export function formatHelp(): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    paragraph("lateen takes a commit that CI has built to production, and proves that it got there."),
    "",
    "usage: lateen COMMAND [OPTIONS]",
    "",
    "commands:",
    ...twoColumns(rows),
    "",
    "options of every command:",
    ...formatOptions(globalOptions),
    "",
    "topics (lateen help TOPIC):",
    ...twoColumns(helpTopics.map(({ name, summary }) => [name, summary] as const)),
    "",
  ].join("\n");
}

/** The text of `lateen COMMAND --help`. */
export function formatCommandHelp(row: CommandRow, command: Command): string {
  const own = { ...command.options, ...(row.writes ? writerOptions : {}) };
  const usage = ["lateen", row.name, command.positionals?.usage, "[OPTIONS]"]
    .filter((part) => part !== undefined)
    .join(" ");
  return [
    `usage: ${usage}`,
    "",
    paragraph(command.about),
    ...(Object.keys(own).length === 0 ? [] : ["", "options:", ...formatOptions(own)]),
    "",
    "options of every command:",
    ...formatOptions(globalOptions),
    "",
    "examples:",
    ...command.examples.map(([line, what]) => `  ${line}\n      ${what}`),
    "",
    "exit codes (those of faults: lateen help exit-codes):",
    ...formatExitCodes(row.name),
    "",
  ].join("\n");
}

/** Only `superseded` has codes of its own: 0 for yes, 10 for no. */
function formatExitCodes(command: string): string[] {
  const own = outcomesOf[command] ?? [];
  const rows = outcomeExitCodes.filter(({ outcome }) => own.some((one) => one === outcome));
  return twoColumns(rows.map((row) => exitCodeColumns(command === "superseded" ? withoutDetail(row) : row)));
}

function withoutDetail({ outcome, exit, meaning }: ExitCodeRow): ExitCodeRow {
  return { outcome, exit, meaning };
}

function formatOptions(options: Options): string[] {
  return twoColumns(
    Object.entries(options).map(([name, { short, value, about }]) => {
      const long = value === undefined ? `--${name}` : `--${name} ${value}`;
      return [short === undefined ? `    ${long}` : `-${short}, ${long}`, about] as const;
    }),
  );
}
