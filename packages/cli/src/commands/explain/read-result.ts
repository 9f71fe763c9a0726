import { resolve } from "node:path";
import { plainText, type ReleaseError, systemCode } from "@lateen/kernel";
import { isRecord } from "../../config/layers.ts";
import type { Host } from "../../host.ts";
import { type ReadDocument, readDocument } from "../../output/read-result.ts";
import { usageError, cliError } from "../../config/errors.ts";

/** The longest result file that is read, in bytes: a thousand tenants with all their evidence take less than one MiB. */
export const longestResult: number = 8 * 1024 * 1024;

/** The document of an earlier run. */
export interface StoredResult {
  readonly document: ReadDocument;
  /** Number of its facts that are not of the form of a fact. */
  readonly unreadable: number;
}

/** Refuses to write over the file that is explained. @throws ReleaseError `USAGE` if `--result-file` names the same file */
export function checkOther(cwd: string, named: string, written: string | undefined): void {
  if (written === undefined || resolve(cwd, written) !== resolve(cwd, named)) return;
  throw usageError("--result and --result-file name the same file", "give another --result-file, or none");
}

/**
 * Reads what `--result-file` wrote.
 *
 * @throws ReleaseError `RESULT_UNREADABLE`, category `input`
 */
export function readResult({ files, cwd }: Pick<Host, "files" | "cwd">, named: string): StoredResult {
  const value = parse(named, readText(files, resolve(cwd, named), named));
  if (isRecord(value) && typeof value["schemaVersion"] === "number" && value["schemaVersion"] !== 1)
    throw unusable(named, `its schemaVersion is ${value["schemaVersion"]}, and only 1 is known here`);
  const document = readDocument(value);
  if (document === undefined || !isRecord(value))
    throw unusable(named, "it is not a result document: it has no outcome");
  const { evidence } = value;
  const unreadable = Array.isArray(evidence)
    ? evidence.length - document.evidence.length
    : Number(evidence !== undefined);
  return { document, unreadable };
}

function readText(files: Host["files"], path: string, named: string): string {
  try {
    return files.read(path, longestResult);
  } catch (cause) {
    const code = systemCode(cause);
    throw unusable(named, code === "EFBIG" ? `it is longer than ${longestResult} bytes` : code, cause);
  }
}

function parse(named: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable(named, text.trim() === "" ? "it is empty" : "it is not JSON", cause);
  }
}

function unusable(named: string, why: string, cause?: unknown): ReleaseError {
  return cliError("RESULT_UNREADABLE", "input", {
    message: `${plainText(named)} cannot be explained`,
    why,
    fix: "give the file that --result-file of an earlier run wrote",
    cause,
  });
}
