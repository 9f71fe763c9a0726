import type { Reading } from "@lateen/kernel";
import type { Host } from "../../host.ts";
import { type Finding, well } from "../doctor/finding.ts";
import { type ForgeWorkflow, surveyForge } from "./ask-forge.ts";
import { decideBranch, decideImages, decideWorkflows, describeUnasked } from "./decide-project.ts";
import { detectCluster } from "./detect-cluster.ts";
import type { Clone } from "./read-clone.ts";
import { readWorkflow } from "./read-workflow.ts";
import { registryAccess } from "./registry-access.ts";
import { type Project, showsGate } from "./write-config.ts";
import { workflowFolder } from "./write-workflow.ts";

/** Inputs of a survey. */
export interface SurveyOptions {
  readonly place: Pick<Project, "kind" | "url" | "repository">;
  /** The branch that was given. */
  readonly branch: string | undefined;
  /** The version of Gitea that was given. */
  readonly version: string | undefined;
  readonly clone: Clone;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** Asks the forge, then the clone, for everything that `init` writes; says where each comes from. */
export async function surveyProject({ place, branch: given, version, clone, host, signal }: SurveyOptions): Promise<{
  readonly project: Project;
  /** The folder for workflows. */
  readonly folder: string;
  readonly findings: readonly Finding[];
}> {
  const { env, clock } = host;
  const forge = await surveyForge(place, { env, clock, signal });
  const [askedBranch, askedImages, askedVersion] = await Promise.all([
    given === undefined ? forge.defaultBranch() : undefined,
    forge.images(),
    version !== undefined || place.kind === "github" ? undefined : forge.version(),
  ]);
  const branch = decideBranch(given, askedBranch, clone.branch);
  const askedWorkflows = await forge.workflows(branch.value, clone.workflows);
  const texts = decideWorkflows(clone.workflows, askedWorkflows);
  const images = decideImages(registryOf(place), place.repository, texts.value, askedImages);
  const workflows = texts.value.flatMap((each) => readWorkflow(each, branch.value));
  const known = version ?? (askedVersion?.kind === "found" ? askedVersion.value : undefined);
  const isShown = showsGate({ kind: place.kind, version: known }, workflows);
  const checks = isShown ? undefined : await forge.checks(branch.value);
  return {
    project: {
      ...place,
      branch: branch.value,
      version: known,
      images: images.value,
      registries: registryAccess(images.value, place.kind),
      workflows,
      checks: checks?.kind === "found" ? checks.value : [],
      cluster: detectCluster(host),
    },
    folder: folderOf(place.kind, clone, askedWorkflows),
    findings: [
      ...branch.findings,
      ...texts.findings,
      ...images.findings,
      ...describeVersion(askedVersion),
      ...describeChecks(checks),
      ...describeUnasked({
        "default branch": askedBranch,
        workflows: askedWorkflows,
        images: askedImages,
        version: askedVersion,
        checks,
      }),
    ],
  };
}

function describeVersion(reading: Reading<string> | undefined): readonly Finding[] {
  if (reading?.kind !== "found") return [];
  return [well("version", `Gitea ${reading.value}, as it reports`)];
}

function describeChecks(reading: Reading<readonly string[]> | undefined): readonly Finding[] {
  if (reading?.kind !== "found") return [];
  const fact =
    reading.value.length === 0
      ? "none is green on the newest commit"
      : `${reading.value.join(", ")}: green on the newest commit`;
  return [well("checks", fact)];
}

/** Gitea reads `.github/workflows` as long as there is no `.gitea/workflows`: to make that would switch the others off. */
function folderOf(kind: Project["kind"], { folder }: Clone, asked: Reading<readonly ForgeWorkflow[]>): string {
  if (kind === "github") return workflowFolder(kind);
  const listed = asked.kind === "found" ? asked.value[0]?.folder : undefined;
  return folder ?? listed ?? workflowFolder(kind);
}

/**
 * The registry of the forge itself. Gitea has one at the address of the site.
 *
 * Source: https://docs.github.com/en/enterprise-server/packages/working-with-a-github-packages-registry/working-with-the-container-registry
 * (`containers.` of the server, with subdomain isolation).
 */
function registryOf({ kind, url }: SurveyOptions["place"]): string {
  const { host, hostname } = new URL(url);
  if (kind === "gitea") return host;
  return hostname === "github.com" || !/[a-z]/i.test(hostname) ? "ghcr.io" : `containers.${host}`;
}
