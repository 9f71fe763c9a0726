import { join, relative, resolve } from "node:path";
import { plainText, type ReleaseError, systemCode } from "@lateen/kernel";
import { isRecord, tryJson } from "../../config/layers.ts";
import type { Context } from "../../commands/context.ts";
import { type AnyEvent, describeEvent } from "../events.ts";
import { readDocument, type ReadDocument } from "../read-result.ts";
import { readEntry, readFact, type Fact } from "./facts.ts";
import { withoutRateAfterHalt } from "../rate-after-halt.ts";
import { configMissing, cliError } from "../../config/errors.ts";

/** Parts of a report; either part may be missing. */
export interface ReportSource {
  readonly document: ReadDocument | undefined;
  readonly facts: readonly Fact[];
  readonly lines: readonly { readonly at: number; readonly level: string; readonly text: string }[];
  /** The texts themselves, for the raw view. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/**
 * Reads a result document, an event stream or a journal; without a name, the configured journal. A result gets the configured
 * journal next to it where that says of the same commit.
 * @throws ReleaseError `REPORT_SOURCE`
 */
export async function readSource(context: Pick<Context, "host" | "settings">, named?: string): Promise<ReportSource> {
  const { host } = context;
  const path = named === undefined ? await configuredJournal(context) : resolve(host.cwd, named);
  const text = readText(host, path);
  const source = understand(host.cwd, path, text);
  if (source.document?.commit === undefined || source.facts.length > 0) return source;
  const journal = await configuredJournal(context)
    .then((found) => understand(host.cwd, found, readText(host, found)))
    .catch(() => undefined);
  const started = journal?.facts.find((one) => one.type === "rollout-started");
  return journal === undefined || started?.release.sha !== source.document.commit
    ? source
    : { ...source, facts: journal.facts, lines: journal.lines, files: [...source.files, ...journal.files] };
}

function readText(host: Context["host"], path: string): string {
  try {
    return host.files.read(path);
  } catch (cause) {
    throw unusable(path, systemCode(cause), cause);
  }
}

/** Makes the source of a report of the text of one file. @throws ReleaseError `REPORT_SOURCE` */
export function understand(cwd: string, path: string, text: string): ReportSource {
  const files = [{ name: relative(cwd, path), text }];
  const whole = readDocument(tryJson(text));
  if (whole !== undefined) return { document: whole, facts: [], lines: [], files };
  // A torn last line is left out.
  const values = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(tryJson)
    .filter(isRecord);
  const entries = values.flatMap((value) => readEntry(value) ?? []);
  const document = readDocument(values.findLast((value) => value["type"] === "result"));
  if (entries.length === 0 && document === undefined)
    throw unusable(path, "it is neither a result document nor a journal");
  return {
    document,
    facts: entries.flatMap((one) => readFact(one) ?? []),
    lines: entries.map(withoutRateAfterHalt() as Filter).flatMap(describe),
    files,
  };
}

type Entry = { readonly type: string; readonly at: number };
type Filter = (entry: Entry) => Entry;

/** The line of an entry; none if the entry is not of the form that its type promises. */
function describe(event: Entry): ReportSource["lines"] {
  try {
    const line = describeEvent(event as unknown as AnyEvent);
    return line === undefined ? [] : [{ at: event.at, ...line }];
  } catch {
    return [];
  }
}

async function configuredJournal({ settings }: Pick<Context, "settings">): Promise<string> {
  const { config, folder } = await settings("fleet");
  if (config.fleet === undefined) throw configMissing("fleet");
  return join(resolve(folder, config.fleet.journal), "rollout.jsonl");
}

function unusable(path: string, why: string, cause?: unknown): ReleaseError {
  return cliError("REPORT_SOURCE", "input", {
    message: `no report can be made of ${plainText(path)}`,
    why,
    fix: "give the file of --result-file, or a journal",
    cause,
  });
}
