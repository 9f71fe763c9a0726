import { join, relative } from "node:path";
import { configNames } from "../../config/read-config-file.ts";
import type { Context } from "../context.ts";
import { forgeVersion } from "../lint-workflow/lint-options.ts";
import { askChecks } from "../../wiring/ask-checks.ts";
import { askVersion } from "./ask-version.ts";
import { detectCluster } from "./detect-cluster.ts";
import { type Detected, type DetectedWorkflow, detectProject } from "./detect.ts";
import { programReference } from "./program-reference.ts";
import { registryAccess } from "./registry-access.ts";
import { locateRepository } from "./locate-repository.ts";
import { ciWorkflow, e2eWorkflow, type Project, publishWorkflow, showsGate, writeConfig } from "./write-config.ts";
import { workflowFolder, writeWorkflow } from "./write-workflow.ts";
import { cliError } from "../../config/errors.ts";

/** A file that `init` writes. */
export interface Written {
  /** Relative to the folder that the program was started in. */
  readonly file: string;
  readonly text: string;
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
}: Pick<Context, "host" | "args" | "dryRun" | "signal">): Promise<readonly Written[]> {
  const detected = detectProject(host.cwd, host.files, args.text("branch"));
  const place = locateRepository(args, host.env, detected);
  const version =
    forgeVersion(args) ??
    (place.kind === "gitea" ? await askVersion(`${place.url}/api/v1`, host.env, signal) : undefined);
  const images =
    detected.images.length > 0
      ? detected.images
      : [`${ownRegistry(place)}/${place.repository.toLowerCase().replaceAll(/^[._-]+/g, "")}`];
  const project: Project = {
    ...place,
    version,
    images,
    registries: registryAccess(images, place.kind),
    detected,
    checks: showsGate({ kind: place.kind, version }, detected.workflows)
      ? []
      : await askChecks(place, { env: host.env, clock: host.clock, signal }),
    cluster: detectCluster(host),
  };
  const workflow = writeWorkflow({
    kind: project.kind,
    version,
    branch: project.branch,
    run: programReference(host),
    after: whatEndsLast(detected, place.kind),
    secrets: [...new Set(project.registries.flatMap(({ secrets }) => secrets))],
  });
  const planned = [
    { path: join(detected.root, "lateen.yaml"), text: writeConfig(project) },
    { path: join(detected.root, folderOf(project), "lateen.yml"), text: workflow },
  ];
  if (!args.has("force")) refuseExisting(host, detected.root, planned);
  if (!dryRun) {
    refuseUnwritable(host, planned);
    for (const { path, text } of planned) host.files.replace(path, text);
  }
  return planned.map(({ path, text }) => ({ file: relative(host.cwd, path), text }));
}

/** Gitea reads `.github/workflows` as long as there is no `.gitea/workflows`: to make that would switch the others off. */
function folderOf({ kind, detected }: Project): string {
  return kind === "gitea" ? (detected.folder ?? workflowFolder(kind)) : workflowFolder(kind);
}

/** A commit may ship once its images are published and its tests have ended, whichever is last. */
function whatEndsLast({ folder, workflows }: Detected, kind: Project["kind"]): readonly string[] {
  const ends = (workflow: DetectedWorkflow | undefined): readonly DetectedWorkflow[] =>
    workflow?.runsOnPush === true ? [workflow] : [];
  const named = [publishWorkflow(workflows), e2eWorkflow(workflows)].flatMap(ends);
  const last = named.length > 0 ? named : ends(ciWorkflow(workflows));
  // GitHub calls a workflow without a name by its path.
  const called = ({ file, title }: DetectedWorkflow): string =>
    title ?? (kind === "github" ? `${folder ?? workflowFolder(kind)}/${file}` : file);
  return [...new Set(last.map(called))];
}

/** Gitea has a registry of its own at the address of the site. */
function ownRegistry({ kind, url }: Pick<Project, "kind" | "url">): string {
  return kind === "gitea" ? new URL(url).host : "ghcr.io";
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
