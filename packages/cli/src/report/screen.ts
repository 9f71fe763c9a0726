import { resolve } from "node:path";
import { asReleaseError, ReleaseError } from "@lateen/kernel";
import type { Host, Output } from "../host.ts";
import type { Arguments } from "../io/arguments.ts";
import { errorDocument, formatDocument, type ResultDocument, writeResultFile } from "../result.ts";
import { createVault, type Vault } from "../vault.ts";
import { createActions, maskCommand } from "./actions.ts";
import { formatError } from "./error.ts";
import { type AnyEvent, describeEvent } from "./events.ts";
import { createHeart } from "./heart.ts";
import { createNdjson } from "./ndjson.ts";
import { guardJson, guardText } from "./neutral.ts";
import { createPlain } from "./plain.ts";
import { type Renderer, together } from "./renderer.ts";
import { createStyle } from "./style.ts";

/** What is said at the end beside the document. */
export interface Ending {
  readonly answer: string;
  readonly error: ReleaseError | undefined;
  readonly advice: readonly string[];
  /** Whether `-q` may speak. */
  readonly failed: boolean;
}

/** Everything that is written during one run: standard output, standard error, the result file. Secrets are masked in all of it. */
export interface Screen {
  readonly command: string;
  readonly vault: Vault;
  report(event: AnyEvent): void;
  /** Shows that work is going on, every 30 s, until it ends. */
  beating<T>(work: Promise<T>): Promise<T>;
  /** Fails now rather than after the work if the result file could not be written. @throws ReleaseError `RESULT_FILE` */
  checkResultFile(): void;
  /** Prints a text such as the help, and answers `code`. */
  text(text: string, code: number): number;
  /** Answers whether everything, the result file above all, could be written. */
  end(document: ResultDocument, ending: Ending): boolean;
  /** Writes what a run that is broken off leaves behind, synchronously. */
  stopNow(): void;
}

/** Opens the outputs of a run as its arguments and its environment ask for. */
export function openScreen(host: Host, args: Arguments, command: string): Screen {
  const inJob = host.env["GITHUB_ACTIONS"] === "true";
  const vault = createVault(host.env, host.files, (value) =>
    inJob ? host.stderr.write(maskCommand(value)) : undefined,
  );
  const mask = (out: Output): Output => ({
    ...out,
    columns: () => out.columns(),
    write: (text) => out.write(vault.mask(text)),
  });
  const [stdout, stderr] = [mask(host.stdout), mask(host.stderr)];
  const style = createStyle(args.text("color") ?? host.env["LATEEN_COLOR"], host.env, host.stderr);
  const [quiet, verbose] = [args.has("quiet"), args.has("verbose")];
  const format = args.has("json") ? "json" : (args.text("output") ?? host.env["LATEEN_OUTPUT"] ?? "text");
  const progress = inJob
    ? createActions({ out: stderr, env: host.env, files: host.files, verbose })
    : createPlain({ out: stderr, style, verbose });
  const renderers: Renderer[] = quiet && !inJob ? [] : [progress];
  const stream = command === "help" || format !== "ndjson" ? undefined : createNdjson(stdout, host.clock);
  const all = together(stream === undefined ? renderers : [...renderers, stream]);
  const heart = createHeart(host.clock, (event) => all.event(event));
  const named = args.text("result-file") ?? host.env["LATEEN_RESULT_FILE"] ?? "";
  const file = named === "" ? undefined : resolve(host.cwd, named);
  const write = (document: ResultDocument): void => {
    if (file !== undefined) writeResultFile(host.files, file, vault.mask(guardJson(formatDocument(document))));
  };
  return {
    command,
    vault,
    report(event) {
      heart.beat(describeEvent(event)?.text);
      all.event(event);
    },
    beating: (work) => heart.during(work),
    checkResultFile() {
      if (file !== undefined && !host.files.exists(file)) writeResultFile(host.files, file, "");
    },
    text(text, code) {
      stdout.write(text);
      return code;
    },
    end(document, { answer, error, advice, failed }) {
      const lost = writeFailure(() => write(document));
      all.end(document, error);
      if (format === "json") stdout.write(guardJson(formatDocument(document)));
      else if (format === "text" && answer !== "") stdout.write(`${inJob ? guardText(answer) : answer}\n`);
      if (error !== undefined) stderr.write(formatError(error, style, verbose));
      if (failed && error === undefined)
        stderr.write(`${style.paint("red", `${document.outcome}:`)} ${document.reason ?? ""}\n`);
      if (!quiet || failed) for (const line of advice) stderr.write(`${line}\n`);
      if (lost !== undefined && lost.message !== error?.message) stderr.write(formatError(lost, style, verbose));
      return lost === undefined;
    },
    stopNow() {
      const error = new ReleaseError({
        code: "INTERRUPTED",
        category: "interrupted",
        message: "stopped at once by a second signal",
        fix: "run again; what was begun is observed first",
      });
      writeFailure(() => write(errorDocument(command, error)));
      stderr.write(formatError(error, style, false));
    },
  };
}

function writeFailure(write: () => void): ReleaseError | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    return asReleaseError(error);
  }
}
