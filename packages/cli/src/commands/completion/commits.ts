import { parseCommitSha } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import type { Candidate } from "./candidate.ts";
import { readGitLog } from "./git-log.ts";
import type { Inquiry } from "./inquiry.ts";

/** Digits of a commit that are offered: enough for any repository, and few enough to be read aloud. */
const shortLength = 12;

/** How many commits the forge is asked for; a page of each has that many. */
const mostCommits = 50;

/** How long the forge is waited for where a clone has answered already, in milliseconds: it only knows what was not fetched yet. */
const addedMs = 500;

/** The newest commits of the branch with their full ids and subjects: the forge's, and what the clone has beyond them. */
export async function knownCommits(inquiry: Inquiry): Promise<readonly Candidate[]> {
  const asked = askForge(inquiry);
  const local = await clonedCommits(inquiry);
  const recent = local.length === 0 ? await asked : await inquiry.budget.within(() => asked, [], addedMs);
  return [...new Map([...recent, ...local].map((commit) => [commit.value, commit])).values()];
}

/** The newest commits of the branch that the clone around the configuration has: no server is asked. */
export async function clonedCommits({ host, budget, settings }: Inquiry): Promise<readonly Candidate[]> {
  const { folder = host.cwd, config } = (await settings()) ?? {};
  const branch = config?.forge?.branch ?? "main";
  return await budget.within((signal) => readGitLog(folder, branch, host.env, signal), []);
}

async function askForge(inquiry: Inquiry): Promise<readonly Candidate[]> {
  const forge = (await inquiry.settings())?.config.forge;
  if (forge === undefined) return [];
  const { branch } = forge;
  return await inquiry.live(`commits ${forge.api} ${forge.repository} ${branch}`, async (wiring, signal) => {
    const reading = await (await wiring.forge()).recent(branch, mostCommits, signal);
    return reading.kind === "found"
      ? reading.value.map(({ sha, subject }) => ({ value: sha, about: subject }))
      : undefined;
  });
}

/** Commits as they are offered: short, unless more digits than that were typed. */
export async function offerCommits(inquiry: Inquiry, typed: string): Promise<readonly Candidate[]> {
  return (await knownCommits(inquiry)).map((commit) => shortened(commit, typed));
}

/** Releases of the ledger with what is said of them there, newest first, then other commits: any of those may be gone back to. */
export async function offerReleases(inquiry: Inquiry, typed: string): Promise<readonly Candidate[]> {
  const [releases, commits] = await Promise.all([readReleases(inquiry), knownCommits(inquiry)]);
  const subjects = new Map(commits.map(({ value, about }) => [value, about]));
  const named = releases.map(({ value, about }) => ({ value, about: join(about, subjects.get(value)) }));
  const released = new Set(releases.map(({ value }) => value));
  return [...named, ...commits.filter(({ value }) => !released.has(value))].map((one) => shortened(one, typed));
}

async function readReleases(inquiry: Inquiry): Promise<readonly Candidate[]> {
  const { forge, promote } = (await inquiry.settings())?.config ?? {};
  const target = inquiry.given("target") ?? promote?.targets[0]?.name;
  if (promote === undefined || target === undefined) return [];
  const place = `${promote.ledger.remote ?? `${forge?.url} ${forge?.repository}`} ${promote.ledger.ref}`;
  return await inquiry.live(`releases ${place} ${target}`, async (wiring, signal) => {
    const reading = await (await wiring.ledger(target)).entries(mostCommits, signal);
    if (reading.kind === "unknown") return undefined;
    return reading.kind === "absent" ? [] : distinct(reading.value).map(describeRelease);
  });
}

/** Each commit once, with its newest entry. */
function distinct(heads: readonly LedgerHead[]): readonly LedgerHead[] {
  return [...new Map(heads.toReversed().map((head) => [head.entry.commit, head])).values()].toSorted(
    (a, b) => b.position - a.position,
  );
}

function describeRelease({ position, entry }: LedgerHead, index: number): Candidate {
  const verb = entry.kind === "promote" ? "promoted" : "rolled back to";
  const now = index === 0 ? "in production, " : "";
  return { value: parseCommitSha(entry.commit), about: `${now}#${position} ${verb} ${entry.at.slice(0, 10)}` };
}

function shortened({ value, about }: Candidate, typed: string): Candidate {
  return { value: typed.length > shortLength ? value : value.slice(0, shortLength), about };
}

function join(release: string, subject: string | undefined): string {
  return subject === undefined || subject === "" ? release : `${release}: ${subject}`;
}
