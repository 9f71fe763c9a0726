import { isAbsolute, join, relative, resolve } from "node:path";
import { plainText, ReleaseError, systemCode } from "@lateen/kernel";
import { type SourceDocument, readYaml } from "../../config/read-yaml.ts";
import type { Finding } from "../doctor/finding.ts";
import type { Files } from "../../io/files.ts";
import { cliError } from "../../config/errors.ts";

/** A workflow file that was read, or what keeps it from being one. */
export type ReadWorkflow =
  | { readonly text: string; readonly document: SourceDocument }
  | { readonly findings: readonly Finding[] };

/** Maximum size of a workflow file that Gitea reads (`GetContentFromEntry` in its `modules/actions`). */
const longest = 1_048_576;

/** The files that `path` names: itself, or the workflows in it where it is a folder. @throws ReleaseError as {@link readWorkflow} */
export function workflowsAt(path: string, cwd: string, files: Files): readonly string[] {
  const folder = resolve(cwd, path);
  if (!isFolder(folder, files)) return [path];
  const found = files.list(folder).filter((name) => /\.ya?ml$/.test(name));
  if (found.length === 0) throw unreadable(path, "there is no workflow in this folder");
  return found.map((name) => join(path, name));
}

/** Reads one workflow; what is wrong with its text is a finding. @throws ReleaseError `WORKFLOW_UNREADABLE`, category `input` */
export function readWorkflow(path: string, cwd: string, files: Files): ReadWorkflow {
  const absolute = resolve(cwd, path);
  const near = relative(cwd, absolute);
  const file = near.startsWith("..") || isAbsolute(near) ? absolute : near;
  let text: string;
  try {
    text = files.read(absolute, longest);
  } catch (error) {
    if (systemCode(error) !== "EFBIG") throw unreadable(file, systemCode(error), error);
    const fix = "split it; Gitea reads no more than 1 MiB of a workflow";
    return { findings: [{ check: file, verdict: "gap", fact: "it is longer than 1 MiB", fix }] };
  }
  return parseText(file, text);
}

/** Parses the text of a workflow; errors of its syntax are findings. */
export function parseText(file: string, text: string): ReadWorkflow {
  try {
    return { text, document: readYaml(file, text) };
  } catch (error) {
    return { findings: syntaxFindings(file, error) };
  }
}

/** A forge takes no part of a file that is no YAML. Every error is on a line of its own. */
function syntaxFindings(file: string, error: unknown): readonly Finding[] {
  const fix = "correct the YAML: the forge reads nothing of such a file";
  const problems = error instanceof ReleaseError ? (error.why ?? error.message).split("\n") : [String(error)];
  return problems.slice(0, 20).map((line): Finding => {
    const [, place = file, fact = line] = /^(.*?(?::\d+:\d+)?): (.*)$/.exec(line) ?? [];
    return { check: place, verdict: "gap", fact: plainText(fact, 300), fix };
  });
}

function isFolder(path: string, files: Files): boolean {
  try {
    files.read(path, 0);
    return false;
  } catch (error) {
    return systemCode(error) === "EISDIR";
  }
}

function unreadable(file: string, why: string, cause?: unknown): ReleaseError {
  return cliError("WORKFLOW_UNREADABLE", "input", {
    message: `the workflow ${plainText(file, 300)} cannot be read`,
    why,
    fix: "give the path of a workflow file, or of the folder of workflows",
    cause,
  });
}
