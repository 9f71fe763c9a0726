import type { Candidate } from "./candidate.ts";
import type { CompletionContext } from "./context.ts";
import { readGitLog } from "./git-log.ts";

/** Digits of a commit that are offered: enough for any repository, and few enough to be read aloud. */
const shortLength = 12;

/** The newest commits of the branch in the clone around the configuration, each full id with its subject. */
export async function clonedCommits({ host, budget, settings }: CompletionContext): Promise<readonly Candidate[]> {
  const { folder = host.cwd, config } = (await settings()) ?? {};
  const branch = config?.forge?.branch ?? "main";
  return await budget.within((signal) => readGitLog(folder, branch, host.env, signal), []);
}

/** The same as they are offered: short, unless more digits than that were typed. */
export async function offerCommits(context: CompletionContext, typed: string): Promise<readonly Candidate[]> {
  const commits = await clonedCommits(context);
  return commits.map(({ value, about }) => ({
    value: typed.length > shortLength ? value : value.slice(0, shortLength),
    about,
  }));
}
