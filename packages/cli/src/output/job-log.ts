import { plainText, type ReleaseError, systemCode } from "@lateen/kernel";
import type { Environment } from "../config/layers.ts";
import type { Output } from "../host.ts";
import { type Files, readIfThere } from "../io/files.ts";
import type { ResultDocument } from "./result.ts";
import { describeHalt } from "./describe-halt.ts";
import { describeEvent } from "./events.ts";
import { commandData, guardLine, guardText } from "./escape-workflow-commands.ts";
import type { Renderer } from "./renderer.ts";
import { formatBrief, formatSummary, summaryBytes } from "./summary.ts";

export interface ActionsOptions {
  readonly out: Output;
  readonly env: Environment;
  readonly files: Files;
  readonly verbose: boolean;
  /** Keeps the log empty on success; outputs and summary are written all the same. */
  readonly quiet: boolean;
}

/** Annotations of one kind that a job shows, the summary of the rest included: GitHub keeps ten per step. Source: docs.github.com, "Usage limits". */
const annotationsPerKind = 10;

/** The log of a GitHub or Gitea job: groups per stage, annotations, step outputs and the step summary. */
export function createActions(options: ActionsOptions): Renderer {
  const { env, verbose, quiet } = options;
  const out = { ...options.out, write: (text: string) => (quiet ? undefined : options.out.write(text)) };
  let grouped = false;
  const later: string[] = [];
  let warnings = 0;
  const endGroup = (): void => {
    if (grouped) out.write("::endgroup::\n");
    grouped = false;
  };
  return {
    event(event) {
      const line = describeEvent(event);
      if (line === undefined || ((line.level === "detail" || line.level === "step") && !verbose)) return;
      if (event.type === "stage-started") {
        endGroup();
        out.write(`::group::${commandData(line.text)}\n`);
        grouped = true;
      } else if (line.level === "warning" && ++warnings < annotationsPerKind) {
        out.write(`::warning title=lateen::${commandData(line.text)}\n`);
      } else {
        if (line.level === "warning") later.push(line.text);
        out.write(`${guardLine(line.text)}\n`);
      }
    },
    end(document, error) {
      endGroup();
      // The tenth is the last that is kept: it is for all that the log alone has.
      if (later.length > 0) out.write(`::warning title=lateen::${commandData(summaryOf(later))}\n`);
      const kind = annotationOf(document);
      if (kind === "error" || (kind !== undefined && !quiet))
        options.out.write(`::${kind} title=lateen ${document.command}::${commandData(sentence(document, error))}\n`);
      append(options, env["GITHUB_OUTPUT"], formatOutputs(document));
      const path = env["GITHUB_STEP_SUMMARY"] ?? "";
      if (path !== "") append(options, path, formatSummary(document, summaryBytes - sizeOf(options, path)));
      // Gitea's runners name such a file even where no page of that version shows it: the log always does, in short.
      const isInLog = path === "" || env["GITEA_ACTIONS"] === "true";
      if (isInLog) out.write(guardText(verbose ? formatSummary(document) : formatBrief(document)));
    },
  };
}

/** The value of a job's mask command, for a secret that was just opened. */
export function maskCommand(value: string): string {
  return value
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => `::add-mask::${commandData(line)}\n`)
    .join("");
}

/** `name=value` lines; values from outside are one line each, so that none can bring a name of its own. */
export function formatOutputs(document: ResultDocument): string {
  const proceed = ["shipped", "unchanged", "open", "ok", "latest"].includes(document.outcome);
  const digests = Object.fromEntries(
    (document.images ?? []).flatMap(({ repository, digest }) => (digest === undefined ? [] : [[repository, digest]])),
  );
  const values = {
    outcome: document.outcome,
    proceed: String(proceed),
    sha: document.commit ?? "",
    short: document.commit?.slice(0, 7) ?? "",
    "superseded-by": document.supersededBy ?? "",
    stragglers: (document.fleet?.stragglers ?? []).join(","),
    digests: JSON.stringify(digests),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${plainText(value, 500_000)}\n`)
    .join("");
}

function sentence(document: ResultDocument, error: ReleaseError | undefined): string {
  const halt = describeHalt(document);
  if (halt.length > 0) return plainText(`halted: ${halt.join(" — ")}`, 2000);
  const parts = [`${document.outcome}: ${document.reason ?? error?.message ?? ""}`, error?.why, error?.fix];
  return plainText(parts.filter((part) => part !== undefined).join(" — "), 2000);
}

function annotationOf({ command, outcome }: ResultDocument): "error" | "warning" | "notice" | undefined {
  if (["deferred", "superseded", "held"].includes(outcome)) return "notice";
  // Production went back: anyone who looks at the run later has to see that first.
  if (command === "rollback" && outcome === "shipped") return "warning";
  return ["error", "refused", "unknown", "halted", "partial"].includes(outcome) ? "error" : undefined;
}

function summaryOf(warnings: readonly string[]): string {
  const [only = ""] = warnings;
  return warnings.length === 1 ? only : `${warnings.length} more warnings stand in the log; the first of them: ${only}`;
}

/** Size in bytes of the summary that other commands of the same step have written. */
function sizeOf({ files }: ActionsOptions, path: string): number {
  return Buffer.byteLength(readIfThere(files, path) ?? "");
}

function append({ out, files }: ActionsOptions, path: string | undefined, text: string): void {
  if (path === undefined || path === "") return;
  try {
    files.append(path, text);
  } catch (error) {
    out.write(`::warning title=lateen::${commandData(plainText(`${path} cannot be written: ${systemCode(error)}`))}\n`);
  }
}
