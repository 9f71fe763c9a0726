import { resolve } from "node:path";
import { asReleaseError, isoNow, plainText, type ReleaseError } from "@lateen/kernel";
import type { Environment } from "../config/layers.ts";
import { type Host, type Output, actorOf } from "../host.ts";
import type { Arguments } from "../command-line/arguments.ts";
import type { Files } from "../io/files.ts";
import { createPause, type Pause } from "../io/pause.ts";
import { errorDocument, formatDocument, type ResultDocument, writeResultFile } from "./result.ts";
import { createVault, type Vault } from "../job/secrets.ts";
import { createActions, maskCommand } from "./job-log.ts";
import { formatAnswer } from "./answer.ts";
import { inAscii, showsUtf8 } from "./terminal/charset.ts";
import { formatError } from "./error.ts";
import { type AnyEvent, describeEvent } from "./events.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { countRetries } from "./count-retries.ts";
import { createNdjson } from "./ndjson.ts";
import { guardJson, guardText } from "./escape-workflow-commands.ts";
import { createPlain } from "./plain.ts";
import { withoutRateAfterHalt } from "./rate-after-halt.ts";
import { together } from "./renderer.ts";
import { createStyle } from "./terminal/style.ts";
import { createTerminal } from "./terminal/terminal.ts";
import { fold } from "./terminal/width.ts";
import { cliError } from "../config/errors.ts";

/** Last words next to the document. */
export interface Ending {
  readonly answer: string;
  /** True if no line of the answer may be broken. */
  readonly verbatim?: boolean | undefined;
  readonly error: ReleaseError | undefined;
  readonly advice: readonly string[];
  /** True if `-q` may speak. */
  readonly failed: boolean;
}

/** Everything that is written during one run: standard output, standard error, the result file. Secrets are masked in all of it. */
export interface Screen {
  readonly command: string;
  readonly vault: Vault;
  report(event: AnyEvent): void;
  readonly pause: Pause;
  /** Shows that work is going on, every 30 s, until it ends; with keys, a person at the terminal may pause it. */
  beating<T>(work: Promise<T>, withKeys: boolean): Promise<T>;
  /** Writes no result file if it is this one. */
  spare(path: string): void;
  /** Begins the result file, so that it fails now rather than after the work. @throws ReleaseError `RESULT_FILE` */
  beginResult(): void;
  /** Prints what belongs to a question, on standard error. */
  tell(text: string): void;
  /** Prints a text such as the help, and answers `code`. */
  text(text: string, code: number): number;
  /** Answers whether everything, the result file above all, could be written. */
  end(document: ResultDocument, ending: Ending): boolean;
  /** Writes what a run that is broken off leaves behind, synchronously. */
  stopNow(): void;
}

/**
 * Opens the outputs of a run as its arguments and its environment ask for.
 *
 * @param origin - Start, actor and version, for the documents of a run that does not finish.
 */
export function openOutputs(
  host: Host,
  args: Arguments,
  command: string,
  origin: () => Partial<ResultDocument>,
): Screen {
  const inJob = host.env["GITHUB_ACTIONS"] === "true";
  const vault = createVault(host.env, host.files, (value) =>
    inJob ? host.stderr.write(maskCommand(value)) : undefined,
  );
  const format = formatOf(args, host.env);
  const [stdout, stderr] = [host.stdout, host.stderr].map((out) => spelt(masked(out, vault), host.env, format)) as [
    Output,
    Output,
  ];
  const files: Files = { ...host.files, append: (path, text) => host.files.append(path, vault.mask(text)) };
  const style = createStyle(args.text("color") ?? host.env["LATEEN_COLOR"], host.env, host.stderr);
  const [quiet, verbose] = [args.has("quiet"), args.has("verbose")];
  const isElsewhere = args.text("server") !== undefined;
  const pause = createPause(host, () => actorOf(host), isElsewhere);
  const atTerminal = host.stderr.isTerminal && host.env["TERM"] !== "dumb";
  const progress = inJob
    ? createActions({ out: stderr, env: host.env, files, verbose, quiet })
    : atTerminal
      ? createTerminal({ out: stderr, style, clock: host.clock, verbose, keys: pause.hint })
      : createPlain({ out: stderr, style, verbose });
  const stream = command === "help" || format !== "ndjson" ? [] : [createNdjson(stdout, host.clock)];
  const filter = withoutRateAfterHalt();
  const shown = { ...progress, event: (event: AnyEvent) => progress.event(filter(event)) };
  const all = together([...(quiet && !inJob ? [] : [verbose ? shown : countRetries(shown)]), ...stream]);
  const heartbeat = createHeartbeat(
    host.clock,
    (event) => all.event(event),
    atTerminal && !inJob ? all.tick : undefined,
  );
  let file = resultFileOf(args, host);
  const write = (document: ResultDocument): void => {
    if (file !== undefined) writeResultFile(host.files, file, vault.mask(guardJson(formatDocument(document))));
  };
  // In a job, no line of ours may be taken for an order to the runner.
  const guard = (text: string): string => (inJob ? guardText(text) : text);
  const say = (text: string): void => stderr.write(guard(folded(text, stderr)));
  const report = (event: AnyEvent): void => {
    pause.see(event);
    const line = describeEvent(event);
    const isHidden = line?.level === "detail" || (inJob && line?.level === "step");
    heartbeat.beat(line?.text, line !== undefined && (!isHidden || verbose));
    all.event(event);
  };
  const onAbort = (): void =>
    // What runs in a service continues: nothing settles here.
    isElsewhere ? undefined : report({ type: "interrupted", by: asReleaseError(host.signal.reason).message });
  return {
    command,
    vault,
    pause,
    report,
    async beating(work, withKeys) {
      const unlisten = withKeys && atTerminal ? pause.listen() : () => undefined;
      host.signal.addEventListener("abort", onAbort);
      try {
        return await heartbeat.during(work);
      } finally {
        host.signal.removeEventListener("abort", onAbort);
        unlisten();
      }
    },
    spare(path) {
      if (file === resolve(host.cwd, path)) file = undefined;
    },
    beginResult: () => write({ ...errorDocument(command, unfinished()), ...origin() }),
    tell: (text) => say(`${text}\n`),
    text(text, code) {
      stdout.write(folded(text, stdout));
      return code;
    },
    end(document, { answer, verbatim = false, error, advice, failed }) {
      const lost = writeFailure(() => write(document));
      all.end(document, error);
      if (format === "json") stdout.write(guardJson(formatDocument(document)));
      else if (format === "text" && answer !== "") {
        const said = inJob && !verbose ? inBrief(answer, document) : answer;
        stdout.write(`${guard(verbatim ? said : folded(said, stdout))}\n`);
      }
      if (error !== undefined) say(formatError(error, style, verbose));
      // If both end on one screen the answer has said it, and in the log of a job the annotation.
      else if (failed && !inJob && !(answer !== "" && format === "text" && stdout.isTerminal && stderr.isTerminal))
        say(`${style.paint("red", `${document.outcome}:`)} ${plainText(document.reason ?? "", 2000)}\n`);
      if (!quiet || failed) for (const line of advice) say(`${line}\n`);
      if (inJob && !quiet && file !== undefined && lost === undefined) say(`result: ${file}\n`);
      if (lost !== undefined && lost.message !== error?.message) say(formatError(lost, style, verbose));
      return lost === undefined;
    },
    stopNow() {
      const error = stoppedNow();
      writeFailure(() => write({ ...errorDocument(command, error), ...origin(), finishedAt: isoNow(host.clock) }));
      all.freeze?.();
      say(formatError(error, style, false));
    },
  };
}

/** The log of a job has waves and outcomes: the tenants that arrived are in the result, in the report and with `-v`. */
function inBrief(answer: string, document: ResultDocument): string {
  return answer === formatAnswer(document.outcome, document) ? formatAnswer(document.outcome, document, true) : answer;
}

/** `text`, `json` or `ndjson`. */
export function formatOf(args: Arguments, env: Environment): string {
  if (args.has("json")) return "json";
  const ambient = env["LATEEN_OUTPUT"] ?? "";
  return args.text("output") ?? (ambient === "" ? "text" : ambient);
}

function resultFileOf(args: Arguments, host: Host): string | undefined {
  const named = args.text("result-file") ?? host.env["LATEEN_RESULT_FILE"] ?? "";
  return named === "" ? undefined : resolve(host.cwd, named);
}

function masked(out: Output, vault: Vault): Output {
  return { ...out, write: (text) => out.write(vault.mask(text)) };
}

/** A terminal without UTF-8 gets ASCII; JSON is for programs, and files have no terminal. */
function spelt(out: Output, env: Environment, format: string): Output {
  if (!out.isTerminal || format !== "text" || showsUtf8(env)) return out;
  return { ...out, write: (text) => out.write(inAscii(text)) };
}

/** Lines for a person to read; a command to be copied stays in one piece. */
function folded(text: string, out: Output): string {
  if (!out.isTerminal) return text;
  return text
    .split("\n")
    .map((line) =>
      /^ *(?:(?:next|or|to (?:resume|go back|abandon)): +)?lateen /.test(line) ? line : fold(line, out.columns()),
    )
    .join("\n");
}

/** Content of a result file until the end: a killed run leaves this, and not the success of an earlier run. */
function unfinished(): ReleaseError {
  return cliError("UNFINISHED", "interrupted", {
    message: "the command has not ended, or was killed",
    fix: "run again; what was begun is observed first",
  });
}

function stoppedNow(): ReleaseError {
  return cliError("INTERRUPTED", "interrupted", {
    message: "stopped at once by a second signal",
    fix: "run again; what was begun is observed first",
  });
}

function writeFailure(write: () => void): ReleaseError | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    return asReleaseError(error);
  }
}
