import type { CommitSha } from "@lateen/kernel";
import { usageError } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import type { Context } from "../context.ts";
import type { Command, CommandResult } from "../command.ts";

/** `lateen explain [SHA]`. */
export const explain: Command = {
  about:
    "Why a commit did or did not ship: each rule, its verdict, the facts, where and when they were read, what would change it.",
  positionals: { usage: "[SHA]", least: 0, most: 1 },
  options: {
    result: { value: "FILE", about: "from the --result-file of an earlier run alone: no network, no configuration" },
  },
  reads: (args) => args.all("result"),
  examples: [
    ["lateen explain", "the unfinished rollout, else the head of the branch"],
    ["lateen explain abcdef1", "what keeps this commit from production"],
    ["lateen explain --json", "the same as a document"],
    ["lateen explain --result result.json", "why an earlier run ended as it did"],
  ],
  async run(context) {
    const file = context.args.text("result");
    if (file !== undefined) return explainFile(context, file);
    const [{ openJob }, { explain: ask }, { concludeExplanation }, { namedCommit, resolveCommit }] = await Promise.all([
      import("../open-job.ts"),
      import("./run.ts"),
      import("./render.ts"),
      import("../../job/resolve-commit.ts"),
    ]);
    const { args, host, signal } = context;
    const job = await openJob(context, "forge");
    const forge = await job.wiring.forge();
    job.wiring.demandSecrets();
    const named = namedCommit(args.positionals[1] ?? args.text("sha"), host.env, host.files);
    const commit =
      named === undefined
        ? await newestCommit(job)
        : await resolveCommit(named, (prefix, stop) => forge.resolve(prefix, stop), signal);
    // The answer is the story; the events of its reading would tell it twice.
    return concludeExplanation(await ask({ ...job, report: () => undefined }, commit));
  },
};

/** The commit of an unfinished rollout, else the head of the branch. */
async function newestCommit(job: Job): Promise<CommitSha> {
  const { fleet, forge } = job.settings.config;
  if (fleet !== undefined) {
    const { inspectJournal } = await import("@lateen/fleet");
    const last = await inspectJournal((await job.wiring.fleet()).journal);
    if (last?.state === "unfinished") return last.release.sha;
  }
  const head = await (await job.wiring.forge()).head(forge?.branch ?? "main", job.signal);
  if (head.kind === "found") return head.value;
  if (head.kind === "unknown") throw head.cause;
  throw usageError(`there is no commit to explain: ${head.proof}`, "give a commit: lateen explain SHA");
}

async function explainFile({ args, host }: Context, file: string): Promise<CommandResult> {
  const [{ checkOther, readResult }, { explainResult }] = await Promise.all([
    import("./read-result.ts"),
    import("./explain-result.ts"),
  ]);
  checkOther(host.cwd, file, args.text("result-file"));
  return explainResult(readResult(host, file), args.positionals[1] ?? args.text("sha"));
}
