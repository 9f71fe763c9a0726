import type { Forge } from "@lateen/gate";
import { type Clock, createLimit, found, mapReading, type Reading, unknown } from "@lateen/kernel";
import { cliError } from "../../config/errors.ts";
import type { Environment } from "../../config/layers.ts";
import { type Budget, createBudget } from "../../io/budget.ts";
import { type ForgePlace, openForge } from "../../wiring/open-forge.ts";
import { isOwnWorkflow, type WorkflowText } from "./read-clone.ts";

/** A workflow that the forge has registered. */
export interface ForgeWorkflow {
  readonly folder: string;
  readonly file: string;
  readonly isActive: boolean;
  /** Its text at the head of the branch, if the clone lacks the file; undefined if it could not be read. */
  readonly text: string | undefined;
}

type ForgeImages = Awaited<ReturnType<Forge["images"]>>;

/** Questions to the forge of a clone. Each answer is unknown if it may not be asked, or does not answer in time. */
export interface ForgeSurvey {
  defaultBranch(): Promise<Reading<string>>;
  /** Version of a Gitea. */
  version(): Promise<Reading<string>>;
  /** Workflows of a branch, except lateen's own; those that `known` holds are not read. */
  workflows(branch: string, known: readonly WorkflowText[]): Promise<Reading<readonly ForgeWorkflow[]>>;
  images(): Promise<ForgeImages>;
  /** Names of the checks that are green on the newest commit of a branch. */
  checks(branch: string): Promise<Reading<readonly string[]>>;
}

/** Maximum time in milliseconds for all questions together: no one should wait for a convenience. */
const budgetMs = 12_000;

/** More names are no gate that a person would fill in. */
const mostChecks = 20;

/** Files that are read at most, each of at most {@link longestText} characters, and at once. */
const mostFiles = 20;
const longestText = 1_048_576;
const widest = 4;

/** Opens a {@link ForgeSurvey}. */
export async function surveyForge(
  place: ForgePlace,
  { env, clock, signal }: { readonly env: Environment; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ForgeSurvey> {
  const opened = await openForge(place, { env, clock });
  if (opened.kind === "closed") {
    const { why, fix } = opened;
    const closed = async (): Promise<Reading<never>> =>
      unknown(cliError("FORGE_NOT_ASKED", "unavailable", { message: "the forge was not asked", why, fix }));
    return { defaultBranch: closed, version: closed, workflows: closed, images: closed, checks: closed };
  }
  const { forge } = opened;
  const budget = createBudget(clock, budgetMs, signal);
  return {
    defaultBranch: () => inTime(budget, place, (until) => forge.defaultBranch(until)),
    version: () => inTime(budget, place, (until) => forge.version(until)),
    workflows: (branch, known) => inTime(budget, place, (until) => readWorkflows(forge, branch, known, until)),
    images: () => inTime(budget, place, (until) => forge.images(until)),
    checks: (branch) => inTime(budget, place, (until) => readGreenChecks(forge, branch, until)),
  };
}

function inTime<T>(
  budget: Budget,
  { url }: ForgePlace,
  read: (signal: AbortSignal) => Promise<Reading<T>>,
): Promise<Reading<T>> {
  const late = cliError("FORGE_SLOW", "unavailable", {
    message: `the forge did not answer within ${budgetMs / 1000} s`,
    why: url,
    fix: "run again, or look at the server",
  });
  return budget.within<Reading<T>>(read, unknown(late));
}

async function readWorkflows(
  forge: Forge,
  branch: string,
  known: readonly WorkflowText[],
  signal: AbortSignal,
): Promise<Reading<readonly ForgeWorkflow[]>> {
  const listed = await forge.workflows(signal);
  if (listed.kind !== "found") return listed;
  const head = await forge.head(branch, signal);
  const limit = createLimit(widest);
  const isKnown = (file: string): boolean => known.some((each) => each.file === file);
  const rows = listed.value
    .map(({ path, state }) => {
      const at = path.lastIndexOf("/");
      return { path, folder: path.slice(0, Math.max(0, at)), file: path.slice(at + 1), isActive: state === "active" };
    })
    .filter(({ folder }) => /^\.(?:gitea|github)\/workflows$/.test(folder))
    .filter(({ file }) => /^[\w.-]{1,100}\.ya?ml$/.test(file) && !isOwnWorkflow(file));
  const wanted = new Set(rows.filter(({ file, isActive }) => isActive && !isKnown(file)).slice(0, mostFiles));
  const read = async (path: string): Promise<Reading<string>> =>
    head.kind === "found" ? forge.file(path, head.value, signal) : head;
  const texts = await Promise.all(
    rows.map(async (row) => ({ ...row, text: wanted.has(row) ? await limit(() => read(row.path)) : undefined })),
  );
  // The list may name a workflow that only another branch has, or had.
  return found(
    texts.flatMap(({ folder, file, isActive, text }) =>
      text?.kind === "absent"
        ? []
        : [{ folder, file, isActive, text: text?.kind === "found" ? bounded(text.value) : undefined }],
    ),
  );
}

function bounded(text: string): string | undefined {
  return text.length > longestText ? undefined : text;
}

async function readGreenChecks(forge: Forge, branch: string, signal: AbortSignal): Promise<Reading<readonly string[]>> {
  const head = await forge.head(branch, signal);
  const checks = head.kind === "found" ? await forge.checks(head.value, signal) : head;
  return mapReading(checks, (rows) => {
    const green = rows.filter(({ status, conclusion }) => status === "success" || conclusion === "success");
    return [...new Set(green.map(({ name }) => name))].filter(isNamable).slice(0, mostChecks);
  });
}

/** Not this pipeline's own, and one line. */
function isNamable(name: string): boolean {
  return !/\blateen\b/i.test(name) && /^[^\p{Cc}]{1,200}$/u.test(name);
}
