import { asReleaseError, type Evidence, isoNow } from "@lateen/kernel";
import type { Command, CommandResult, CommandRow } from "./commands/command.ts";
import { globalOptions, writerOptions } from "./commands/global-options.ts";
import { commands } from "./commands/commands.table.ts";
import { type Context, readOverrides } from "./commands/context.ts";
import { actorOf, type Host } from "./host.ts";
import { checkNodeVersion } from "./command-line/check-node-version.ts";
import { errorExitCode, exitCodeOf } from "./output/exit-codes.ts";
import { answerHelp, isVersion } from "./help/answer-help.ts";
import { formatCommandHelp } from "./help/format-help.ts";
import { type Arguments, readArguments, skimArguments } from "./command-line/arguments.ts";
import { canAsk, confirm, untouched } from "./command-line/confirm.ts";
import type { Settings } from "./config/load.ts";
import { PartialResultError, systemError } from "./pipeline/partial-result.ts";
import { runUrlOf } from "./job/job.ts";
import { inPlace, resumeCommand } from "./command-line/resume-command.ts";
import { fixOfReason } from "./output/fix-of-reason.ts";
import { formatNext, same } from "./output/next-commands.ts";
import { formatOf, openOutputs, type Screen } from "./output/outputs.ts";
import { errorDocument, type ResultDocument } from "./output/result.ts";
import { didYouMean } from "./config/suggest.ts";
import { threeParts } from "./output/three-parts.ts";
import { usageError } from "./config/errors.ts";

/** Runs one command line and answers the exit code; throws nothing. */
export async function runCli(host: Host): Promise<number> {
  if (host.argv[0] === "__complete")
    return (await import("./commands/completion/answer-shell.ts")).answerShell(host, commands);
  // Skimmed first, so that the answer to a faulty command line has the form that was asked for too.
  const skimmed = skimArguments(host.argv, globalOptions);
  const [name, ...rest] = skimmed.positionals;
  const isHelp = name === undefined || name === "help" || isVersion(host.argv);
  // A word that is no command may be anything, and its name is in titles of annotations and summaries.
  const record: RunRecord = { startedAt: isoNow(host.clock), settings: undefined };
  const title = isHelp ? "help" : name.slice(0, 40).replaceAll(/[^\w-]/g, "?");
  const screen = openOutputs(host, skimmed, title, () => originOf(host, record));
  host.onStopNow(() => screen.stopNow());
  host.onCrash?.((error) => fail(screen, host, record, error));
  try {
    if (isHelp) return await answerHelp(screen, host, name === undefined ? undefined : rest[0], skimmed);
    const row = findCommand(name);
    checkNodeVersion(host.node);
    const command = await row.load();
    const options = { ...globalOptions, ...(row.writes ? writerOptions : {}), ...command.options };
    if (skimmed.has("help")) return screen.text(formatCommandHelp(row, command), 0);
    const args = readArguments(host.argv, options);
    return await run(host, screen, record, row, command, args);
  } catch (error) {
    return await fail(screen, host, record, error);
  }
}

/** Facts of the run itself for the document. */
interface RunRecord {
  readonly startedAt: string;
  /** The configuration, once it is loaded. */
  settings: Settings | undefined;
}

async function run(
  host: Host,
  screen: Screen,
  record: RunRecord,
  row: CommandRow,
  command: Command,
  args: Arguments,
): Promise<number> {
  checkArguments(row, command, args, formatOf(args, host.env));
  for (const path of command.reads?.(args) ?? []) screen.spare(path);
  screen.beginResult();
  const context = createContext(host, screen, record, row, args);
  const isAsked = row.writes && !context.dryRun && !args.has("yes") && command.isSafe?.(args) !== true;
  const ended = isAsked && canAsk(host) ? await askFirst(host, screen, context, command) : undefined;
  const result = ended ?? (await screen.beating(command.run(context), row.writes && !context.dryRun));
  const fix = fixOf(result);
  const document = asTyped(host.argv, args, {
    ...documentOf(row.name, result, overrideEvidence(context)),
    ...(fix === undefined ? {} : { fix }),
    ...(await stampOf(host, record)),
  });
  const code = codeOf(result, row.name, args.has("detailed-exitcode"));
  const written = screen.end(document, {
    answer: result.answer,
    verbatim: result.verbatim,
    error: result.error,
    advice: [...(fix === undefined ? [] : [`fix: ${fix}`]), ...(result.advice ?? []), ...formatNext(document.next)],
    failed: code !== 0 && code < 8,
  });
  const stopped = host.interruptedBy();
  if (stopped !== undefined && result.outcome === "halted") return stopped;
  return code === 0 && !written ? 2 : code;
}

/** What can be done about what could not be read; an error has its own. */
function fixOf({ outcome, error, document }: CommandResult): string | undefined {
  return outcome === "unknown" && error === undefined ? fixOfReason(document.reason ?? "") : undefined;
}

/**
 * Shows a person what would happen, as the dry run of the same command has it, and asks. Answers the end of a run that moves
 * nothing: it stops before any move, so there is nothing to ask.
 * @throws ReleaseError of faulty arguments or configuration, before any question; `NOT_CONFIRMED`
 */
async function askFirst(
  host: Host,
  screen: Screen,
  context: Context,
  command: Command,
): Promise<CommandResult | undefined> {
  if (context.args.text("server") === undefined) {
    const preview = { ...context, dryRun: true, isPreview: true, report: () => undefined };
    const planned = await screen.beating(untouched(command.run(preview)), false);
    if (planned.outcome !== "planned") return planned;
    const { describePlan } = await import("./output/describe-plan.ts");
    const { commit, gate, fleet, images } = planned.document;
    const isRelease = commit !== undefined && (gate ?? fleet ?? images) !== undefined;
    screen.tell(isRelease ? describePlan(planned.document).join("\n") : planned.answer);
  }
  await confirm(host, context.command);
  return undefined;
}

/** A command may tell more than its error; the exit code is that of the error all the same. */
function codeOf({ outcome, error, changes }: CommandResult, command: string, detailed: boolean): number {
  return outcome === "error" && error !== undefined
    ? errorExitCode(error)
    : exitCodeOf(outcome, { command, detailed, changes });
}

function documentOf(command: string, result: CommandResult, waived: readonly Evidence[]): ResultDocument {
  const { error } = result;
  const evidence = waived.length === 0 ? {} : { evidence: [...waived, ...(result.document.evidence ?? [])] };
  const failed = error === undefined ? {} : { error: threeParts(error) };
  return { schemaVersion: 1, command, outcome: result.outcome, ...result.document, ...evidence, ...failed };
}

/** Waivers with actor and reason, whatever the stages make of them. */
function overrideEvidence({ overrides, actor, host }: Context): readonly Evidence[] {
  return [...overrides].map(([rule, reason]) => ({
    rule,
    verdict: "waived",
    fact: `waived by ${actor}: ${reason}`,
    source: "--override",
    at: isoNow(host.clock),
  }));
}

function createContext(host: Host, screen: Screen, record: RunRecord, row: CommandRow, args: Arguments): Context {
  return {
    command: row.name,
    commands,
    args,
    host,
    vault: screen.vault,
    report: screen.report,
    signal: host.signal,
    dryRun: args.has("dry-run"),
    pause: screen.pause,
    actor: actorOf(host),
    overrides: readOverrides(args, host.env),
    program: runCli,
    async settings(...needs) {
      (await import("./config/interpret-schemas.ts")).interpretSchemas();
      const { loadConfig } = await import("./config/load.ts");
      record.settings = await loadConfig({
        cwd: host.cwd,
        env: host.env,
        files: host.files,
        file: args.text("config"),
        overlay: args.text("env"),
        needs,
      });
      return record.settings;
    },
  };
}

function findCommand(name: string): CommandRow {
  const row = commands.find((candidate) => candidate.name === name);
  if (row !== undefined) return row;
  const names = commands.map((candidate) => candidate.name);
  throw usageError(
    `there is no command ${JSON.stringify(name)}${didYouMean(name, names)}`,
    "lateen --help lists the commands",
  );
}

function checkArguments(row: CommandRow, { positionals }: Command, args: Arguments, format: string): void {
  if (!["text", "json", "ndjson"].includes(format))
    throw usageError(`LATEEN_OUTPUT cannot be ${JSON.stringify(format)}`, "use one of text, json, ndjson");
  if (args.has("json") && !["json", undefined].includes(args.text("output")))
    throw usageError("--json and --output contradict each other", "give one of them");
  if (args.has("quiet") && args.has("verbose")) throw usageError("-q and -v contradict each other", "give one of them");
  const count = args.positionals.length - 1;
  const { least = 0, most = 0, usage = "" } = positionals ?? {};
  if (count > most)
    throw usageError(
      `lateen ${row.name} takes ${most === 0 ? "no arguments" : `only ${usage}`}, not ${JSON.stringify(args.positionals[most + 1])}`,
      `lateen ${row.name} --help`,
    );
  if (count < least) throw usageError(`lateen ${row.name} needs ${usage}`, `lateen ${row.name} --help shows examples`);
}

async function fail(screen: Screen, host: Host, record: RunRecord, thrown: unknown): Promise<number> {
  const error = systemError(thrown) ?? asReleaseError(thrown);
  const known = thrown instanceof PartialResultError ? thrown.partial : {};
  const stopped = host.interruptedBy();
  const begun = { ...errorDocument(screen.command, error), ...known, ...(await stampOf(host, record)) };
  const hasBegun =
    error.category === "interrupted" &&
    error.code !== "NOT_CONFIRMED" &&
    commands.some(({ name, writes }) => writes && name === screen.command);
  const document = hasBegun ? { ...begun, next: [resumeCommand(host.argv, begun)] } : begun;
  screen.end(document, { answer: "", error, advice: formatNext(document.next), failed: true });
  return stopped !== undefined && error.category === "interrupted" ? stopped : errorExitCode(error);
}

/** "The same command" with every option that was given; any other one about the same fleet, by its configuration and environment. */
function asTyped(argv: readonly string[], args: Arguments, document: ResultDocument): ResultDocument {
  const { command, commit, next } = document;
  if (next === undefined) return document;
  const [plain] = same({ command, commit });
  const typed = (line: string) => (line === plain ? resumeCommand(argv, document) : inPlace(line, args));
  // A service resumes by itself, and abandons what its API is asked to.
  const possible = next.filter((line) => args.text("server") === undefined || !/ --(?:resume|abandon)\b/.test(line));
  return { ...document, next: possible.map(typed) };
}

/** Actor, run, times and versions of program and configuration: a document is read far from its job. */
async function stampOf(host: Host, record: RunRecord): Promise<Partial<ResultDocument>> {
  const { settings } = record;
  const config =
    settings === undefined ? undefined : (await import("./config/version.ts")).configVersion(settings, host.files);
  return {
    ...originOf(host, record),
    finishedAt: isoNow(host.clock),
    ...(config === undefined ? {} : { config }),
  };
}

/** The part of it that is known when a run begins. */
function originOf(host: Host, { startedAt }: RunRecord): Partial<ResultDocument> {
  const run = runUrlOf({ host });
  return {
    startedAt,
    actor: actorOf(host),
    ...(run === undefined ? {} : { run }),
    lateen: { version: host.version() },
  };
}
