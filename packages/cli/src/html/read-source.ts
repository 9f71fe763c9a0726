import { join, resolve } from "node:path";
import type { JournalEntry } from "@lateen/fleet";
import { plainText, ReleaseError, systemCode } from "@lateen/kernel";
import { isRecord } from "../config/layers.ts";
import type { Context } from "../context.ts";
import { configMissing } from "../context.ts";
import type { ResultDocument } from "../result.ts";

/** What a report is made of; either part may be missing. */
export interface ReportSource {
  readonly file: string;
  readonly document?: Partial<ResultDocument> | undefined;
  readonly journal: readonly JournalEntry[];
  /** The text itself, for the raw view. */
  readonly raw: string;
}

/**
 * Reads a result document, an event stream or a journal; without a name, the configured journal.
 * @throws ReleaseError `REPORT_SOURCE`
 */
export async function readSource(
  context: Pick<Context, "host" | "settings">,
  named: string | undefined,
): Promise<ReportSource> {
  const { host } = context;
  const path = named === undefined ? await configuredJournal(context) : resolve(host.cwd, named);
  let raw: string;
  try {
    raw = host.files.read(path);
  } catch (cause) {
    throw unusable(path, systemCode(cause), cause);
  }
  const whole = parse(raw);
  if (isRecord(whole) && "outcome" in whole)
    return { file: path, document: whole as Partial<ResultDocument>, journal: [], raw };
  const lines = raw
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parse);
  const journal = lines.filter(
    (line): line is Record<string, unknown> & JournalEntry =>
      isRecord(line) && typeof line["type"] === "string" && line["type"] !== "version" && line["type"] !== "result",
  );
  const document = lines.find((line) => isRecord(line) && line["type"] === "result") as
    | Partial<ResultDocument>
    | undefined;
  if (journal.length === 0) throw unusable(path, "it is neither a result document nor a journal");
  return {
    file: path,
    document,
    journal: journal.map((entry) => ({ ...entry, at: typeof entry.at === "string" ? Date.parse(entry.at) : entry.at })),
    raw,
  };
}

async function configuredJournal({ settings }: Pick<Context, "settings">): Promise<string> {
  const { config, folder } = await settings("fleet");
  if (config.fleet === undefined) throw configMissing("fleet");
  return join(resolve(folder, config.fleet.journal), "rollout.jsonl");
}

/** A torn last line is left out. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(path: string, why: string, cause?: unknown): ReleaseError {
  return new ReleaseError({
    code: "REPORT_SOURCE",
    category: "input",
    message: `no report can be made of ${plainText(path)}`,
    why,
    fix: "give the file of --result-file, or a journal",
    cause,
  });
}
