import type { Arguments } from "./arguments.ts";
import { quoted } from "../output/text/line.ts";
import type { ResultDocument } from "../output/result.ts";

/** Options by which commands name a commit that they would otherwise choose again. */
const commitOptions: ReadonlyMap<string, string> = new Map([
  ["ship", "--sha"],
  ["rollout", "--sha"],
  ["promote", "--sha"],
  ["rollback", "--to"],
]);

/** The command line once more, about the very commit. */
export function resumeCommand(
  argv: readonly string[],
  { command, commit }: Pick<ResultDocument, "command" | "commit">,
): string {
  const named = argv.some((arg) => ["--resume", "--sha", "--to"].includes(arg.replace(/=.*$/s, "")));
  const option = commitOptions.get(command);
  const commitToo = !named && commit !== undefined && option !== undefined ? [option, commit] : [];
  return ["lateen", ...argv, ...commitToo].map(quoted).join(" ");
}

/** Commands that a service carries out. */
const overServer = /^lateen (?:ship|rollout|rollback|status|watch)(?: |$)/;

/** A command line of lateen with the configuration, the environment and the service that were given: it is about the same fleet. */
export function inPlace(line: string, args: Pick<Arguments, "text">): string {
  if (!line.startsWith("lateen ")) return line;
  const given = ["config", "env", ...(overServer.test(line) ? ["server"] : [])].flatMap((name) => {
    const value = args.text(name);
    return value === undefined || line.includes(` --${name}`) ? [] : [`--${name}`, quoted(value)];
  });
  return [line, ...given].join(" ");
}
