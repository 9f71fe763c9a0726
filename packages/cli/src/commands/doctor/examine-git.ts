import { join } from "node:path";
import type { Appended, CommitSha } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import type { GitTrial } from "../../wiring/git-trials.ts";
import { type Examination, failed, type Finding, type Need, read, well, gap, trouble } from "./finding.ts";
import { type PushPermission, readPushPermission } from "./push-permission.ts";
import type { Trunk } from "./trunk.ts";

/** The ledgers of all targets and the mirror of the journal: git itself, reading, and writing as far as it can be tried without a trace. */
export function gitExaminations(job: Job, trunk: Trunk): readonly Examination[] {
  const { promote, fleet } = job.settings.config;
  if (promote === undefined && fleet?.mirror === undefined) return [];
  const ledgers = (promote?.targets ?? []).map(({ name }) => ({
    check: `ledger ${name}`,
    look: async () => [...(await lookAtEntry(job, trunk, name)), await tryToAppend(job, `ledger ${name}`)],
  }));
  if (fleet?.mirror === undefined) return ledgers;
  return [...ledgers, { check: "mirror", look: () => tryToAppend(job, "mirror") }];
}

async function lookAtEntry(job: Job, trunk: Trunk, target: string): Promise<readonly Finding[]> {
  const check = `ledger ${target}`;
  const reading = await (await job.wiring.ledger(target)).read(job.signal);
  // A ref that cannot be read cannot be tried either, and is reported there.
  if (reading.kind === "unknown") return reading.cause.code.startsWith("GIT_") ? [] : [failed(check, reading.cause)];
  const entry = read(
    check,
    reading,
    ({ position, entry: { commit } }) => `entry ${position} promotes ${commit.slice(0, 7)}`,
  );
  return reading.kind === "found"
    ? [entry, ...(await lookAtAncestry(job, trunk, check, reading.value.entry.commit))]
    : [entry];
}

/** Nothing is promoted that does not descend from what is. */
async function lookAtAncestry(job: Job, trunk: Trunk, check: string, promoted: CommitSha): Promise<readonly Finding[]> {
  const head = await trunk.head().catch(() => undefined);
  if (head?.kind !== "found") return [];
  const ancestry = await (await job.wiring.forge()).compare(promoted, head.value, job.signal);
  if (ancestry.kind !== "found" || ancestry.value === "ahead" || ancestry.value === "identical") return [];
  return [
    gap(
      check,
      `${head.value.slice(0, 7)}, the head of the branch, does not descend from ${promoted.slice(0, 7)}, which is promoted: ${ancestry.value}`,
      "bring the branch forward again, or go back on purpose: lateen rollback --reason TEXT",
    ),
  ];
}

async function tryToAppend(job: Job, name: string): Promise<Finding> {
  const trial = (await job.wiring.gitTrials()).find((each) => each.name === name);
  if (trial === undefined) return well(name, "there is nothing to try");
  const onDisk = lookAtDisk(job, trial);
  if (onDisk !== undefined) return onDisk;
  const need = isOnForge(job, trial) ? ([job.settings.config.forge?.kind ?? "github", "ledger"] as const) : undefined;
  return judgeAppend(trial, await trial.append(job.signal), await readPushPermission(job, trial), need);
}

/** Outcome of the trial, and what the forge says of the right to push. Anyone who lost against another writer was let in all the same. */
export function judgeAppend(
  { name, ref }: Pick<GitTrial, "name" | "ref">,
  appended: Appended,
  permission: PushPermission,
  need?: Need,
): Finding {
  if (appended.kind === "unknown") {
    return failed(name, appended.cause, need);
  }
  if (permission === "denied")
    return gap(
      name,
      `the forge says that the token's user may not push; an append to ${ref} would be refused`,
      "give that user the right to write code, or another user's token to the ledger",
      "credentials",
    );
  if (permission === "unread")
    return trouble(
      name,
      `the server admits an append to ${ref}; whether the token's user may push is not known, since the forge did not answer`,
      "look at the forge, then run again",
    );
  const proof = permission === "granted" ? ", and the forge says that its user may push" : "";
  return well(
    name,
    `the server admits an append to ${ref}${proof}; it was not sent, so that rules and hooks on this ref remain untried`,
  );
}

/** The words of its permissions are those of the forge. */
function isOnForge({ settings: { config } }: Job, { remote }: GitTrial): boolean {
  return config.forge !== undefined && remote.startsWith(`${config.forge.url}/`);
}

/** git starts a `receive-pack` of its own for a repository on disk, and that finds out about permissions only when it writes. */
function lookAtDisk({ host }: Job, { name, remote }: GitTrial): Finding | undefined {
  if (/^[a-z][a-z+]+:\/\//i.test(remote)) return undefined;
  const inside = host.files.exists(join(remote, "objects")) ? remote : join(remote, ".git");
  const closed = [join(inside, "objects"), join(inside, "refs")].filter((path) => !host.files.isWritable(path));
  if (!host.files.exists(inside) || closed.length === 0) return undefined;
  return gap(name, `${closed.join(" and ")} cannot be written`, "let the user of this process write to the repository");
}
