import { createGitRefLog, runGit } from "@lateen/git-log";
import type { Appended, Secret } from "@lateen/kernel";
import { ledgerRef } from "@lateen/promote";
import { gitPlace, ledgerPlace } from "./git.ts";
import { targetRef } from "./ledger.ts";
import type { Parts } from "./parts.ts";

/** A git ref that a release appends to, and how to try that. */
export interface GitTrial {
  /** `ledger NAME` or `mirror`. */
  readonly name: string;
  readonly remote: string;
  readonly ref: string;
  readonly token?: Secret | undefined;
  /**
   * Does everything that an append does and sends nothing: reads the head, makes the commit in a scratch repository, and has the
   * server admit the push. Rules and hooks of the server are asked by a real push only.
   */
  append(signal?: AbortSignal): Promise<Appended>;
}

/** The ledger of every target and the mirror of the journal. @throws ReleaseError `GIT_REMOTE_INVALID`, `GIT_REF_INVALID` */
export function makeTrials(parts: Parts): readonly GitTrial[] {
  const { promote, fleet } = parts.settings.config;
  const ledgers = (promote?.targets ?? []).map(({ name }) =>
    trialOf(parts, `ledger ${name}`, { ...ledgerPlace(parts), ref: targetRef(parts, name, ledgerRef) }),
  );
  const { mirror } = fleet ?? {};
  if (mirror === undefined) return ledgers;
  return [...ledgers, trialOf(parts, "mirror", { ...gitPlace(parts, mirror, "fleet.mirror.remote"), ref: mirror.ref })];
}

type Place = ReturnType<typeof gitPlace> & { readonly ref: string };

function trialOf({ env, clock }: Parts, name: string, place: Place): GitTrial {
  const log = createGitRefLog({ ...place, env, clock, git: trialGit });
  return {
    name,
    remote: place.remote,
    ref: place.ref,
    token: place.token,
    async append(signal) {
      const head = await log.read(signal);
      if (head.kind === "unknown") return head;
      const expected = head.kind === "found" ? head.value.id : null;
      return log.append(expected, { subject: "trial", value: {} }, signal);
    },
  };
}

/** Commands of git that read the remote, or write to the scratch repository at most. */
const harmless: ReadonlySet<string> = new Set(["version", "ls-remote", "fetch", "cat-file"]);

/**
 * The same git, whose pushes are dry runs: it connects to `git receive-pack`, where the server admits the credentials or does not,
 * and ends before it sends objects or asks for a change of the ref. Whatever else might write is not run at all.
 * Source: git-push(1), "--dry-run".
 */
export function harmlessGit(run: typeof runGit): typeof runGit {
  return (call) => {
    const [command = "", ...rest] = call.args;
    if (command === "push") return run({ ...call, args: ["push", "--dry-run", ...rest] });
    if (harmless.has(command)) return run(call);
    return Promise.reject(new Error(`git ${command} is not run in a trial`));
  };
}

/** One for all trials, since the version of git is asked for once for each function that runs it. */
const trialGit = harmlessGit(runGit);
