import { join, relative } from "node:path";
import { cliError } from "../../config/errors.ts";
import { configNames } from "../../config/read-config-file.ts";
import type { Finding } from "../../output/result.ts";
import type { Context } from "../context.ts";
import { forgeVersion } from "../lint-workflow/lint-options.ts";
import { givenBranch, locateRepository } from "./locate-repository.ts";
import { programReference } from "./program-reference.ts";
import { readClone } from "./read-clone.ts";
import type { DetectedWorkflow } from "./read-workflow.ts";
import { surveyProject } from "./survey-project.ts";
import { ciWorkflow, e2eWorkflow, type Project, publishWorkflow, writeConfig } from "./write-config.ts";
import { writeWorkflow } from "./write-workflow.ts";

/** A file that `init` writes. */
export interface Written {
  /** Relative to the folder that the program was started in. */
  readonly file: string;
  readonly text: string;
}

/** What `init` found, and what it writes. */
export interface Initialised {
  readonly written: readonly Written[];
  /** Where each value comes from, and what could not be asked. */
  readonly findings: readonly Finding[];
}

/**
 * Writes `lateen.yaml` and the workflow; touches nothing that is there, unless it may. A dry run writes nothing, and refuses what
 * would be refused.
 * @throws ReleaseError `USAGE`, `INIT_EXISTS`, `INIT_UNWRITABLE`, `INIT_UNPINNED`, all of category `input`
 */
export async function initProject({
  host,
  args,
  dryRun,
  signal,
}: Pick<Context, "host" | "args" | "dryRun" | "signal">): Promise<Initialised> {
  const clone = readClone(host.cwd, host.files);
  const place = locateRepository(args, host.env, clone);
  const branch = givenBranch(args);
  const run = programReference(host);
  const { project, folder, findings } = await surveyProject({
    place,
    branch,
    version: forgeVersion(args),
    clone,
    host,
    signal,
  });
  signal.throwIfAborted();
  const workflow = writeWorkflow({
    kind: project.kind,
    version: project.version,
    branch: project.branch,
    run,
    after: whatEndsLast(project, folder),
    secrets: [...new Set(project.registries.flatMap(({ secrets }) => secrets))],
  });
  const planned = [
    { path: join(clone.root, "lateen.yaml"), text: writeConfig(project) },
    { path: join(clone.root, folder, "lateen.yml"), text: workflow },
  ];
  if (!args.has("force")) refuseExisting(host, clone.root, planned);
  if (!dryRun) {
    refuseUnwritable(host, planned);
    for (const { path, text } of planned) host.files.replace(path, text);
  }
  return { written: planned.map(({ path, text }) => ({ file: relative(host.cwd, path), text })), findings };
}

/** A commit may ship once its images are published and its tests have ended, whichever is last. */
function whatEndsLast({ kind, workflows }: Project, folder: string): readonly string[] {
  const ends = (workflow: DetectedWorkflow | undefined): readonly DetectedWorkflow[] =>
    workflow?.runsOnPush === true ? [workflow] : [];
  const named = [publishWorkflow(workflows), e2eWorkflow(workflows)].flatMap(ends);
  const last = named.length > 0 ? named : ends(ciWorkflow(workflows));
  // GitHub calls a workflow without a name by its path.
  const called = ({ file, title }: DetectedWorkflow): string =>
    title ?? (kind === "github" ? `${folder}/${file}` : file);
  return [...new Set(last.map(called))];
}

type Host = Context["host"];

function refuseExisting({ files, cwd }: Host, root: string, planned: readonly { readonly path: string }[]): void {
  const configs = configNames.map((name) => join(root, name));
  const paths = [...new Set([...configs, ...planned.map(({ path }) => path)])];
  const there = paths.filter((path) => files.exists(path)).map((path) => relative(cwd, path));
  if (there.length === 0) return;
  throw cliError("INIT_EXISTS", "input", {
    message: `${there.join(" and ")} ${there.length === 1 ? "exists" : "exist"} already; nothing was written`,
    fix: "give --force to write over what is there; --dry-run --force shows what that would be",
  });
}

function refuseUnwritable({ files }: Host, planned: readonly { readonly path: string }[]): void {
  const closed = planned.find(({ path }) => !files.isWritable(path) || !files.isWritable(join(path, "..")));
  if (closed === undefined) return;
  throw cliError("INIT_UNWRITABLE", "input", {
    message: `${closed.path} cannot be written; nothing was`,
    fix: "let the folder be writable; --dry-run prints what it would write",
  });
}
