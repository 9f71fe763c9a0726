import { type ReleaseError, systemCode } from "@lateen/kernel";
import type { Files } from "../io/files.ts";
import { errorOutcome } from "./exit-codes.ts";
import type { ResultDocument } from "./result-schema.ts";
import { threeParts } from "./three-parts.ts";
import { cliError } from "../config/errors.ts";

// Names for the parts of the result document; `result-schema.ts` is where they are defined.

export type { ResultDocument } from "./result-schema.ts";

type Item<List> = NonNullable<List> extends readonly (infer T)[] ? T : never;

export type ImageResult = Item<ResultDocument["images"]>;
export type TagResult = Item<ImageResult["tags"]>;
export type GateResult = NonNullable<ResultDocument["gate"]>;
export type FleetResult = NonNullable<ResultDocument["fleet"]>;
export type CheckResult = Item<FleetResult["checks"]>;
export type TenantResult = Item<FleetResult["tenants"]>;
export type TargetResult = Item<ResultDocument["targets"]>;
export type StatusResult = NonNullable<ResultDocument["status"]>;
export type ExplainedRule = Item<ResultDocument["explanation"]>;
export type Finding = Item<ResultDocument["findings"]>;

/** The document of a command that ended in an error. */
export function errorDocument(command: string, error: ReleaseError): ResultDocument {
  const { code, message } = error;
  return {
    schemaVersion: 1,
    command,
    outcome: errorOutcome(error),
    code,
    reason: message,
    error: threeParts(error),
  };
}

/** The document as JSON text, ended by a newline. */
export function formatDocument(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Writes the document's file. @throws ReleaseError `RESULT_FILE`, category `input` */
export function writeResultFile(files: Files, path: string, text: string): void {
  try {
    files.replace(path, text);
  } catch (cause) {
    throw cliError("RESULT_FILE", "input", {
      message: `the file ${path} cannot be written`,
      why: systemCode(cause),
      fix: "give a path in a folder that can be written",
      cause,
    });
  }
}
