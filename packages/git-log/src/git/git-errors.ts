import { plainText, redactUrl, ReleaseError } from "@lateen/kernel";
import { describeTrouble } from "./describe-trouble.ts";
import type { GitOutput } from "./run-git.ts";

// Messages of git 2.31 to 2.51 with LC_ALL=C; git has one exit code for all of them.
const refused = /could not read (?:User|Pass)|Authentication failed|error: 40[13]|permission denied|insufficient perm/i;

// Gitea's `routers/web/repo/githttp.go`, and GitHub: with the status of a token that may not write.
const archived = /^remote: .*\brepo(?:sitory)?\b.*\barchived\b.*$/im;

/** The fix of a git that is missing or too old. */
export const installGit = "install git 2.31 or newer and put it on the PATH";

/** The error of a git that ended with another code than 0; `hide` are texts that must not be shown. */
export function gitFailed(output: GitOutput, remote: string, hide: readonly string[]): ReleaseError {
  const text = hide.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), output.stderr);
  // Porcelain output of git-push(1): flag, refs, summary, and the reason in brackets.
  const [, how, rejection] = /^!\t\S+\t\[([^\]]*)\] ?(.*)$/m.exec(output.stdout.toString()) ?? [];
  const last = archived.exec(text)?.[0] ?? text.split("\n").findLast((line) => /^(?:fatal|error|remote): /.test(line));
  const said = plainText(rejection ?? last ?? text, 300) || `git ended with ${output.code ?? "a signal"}`;
  const fail = (code: string, category: ReleaseError["category"], what: string, fix: string) =>
    gitError(code, category, `the git remote ${what}: ${said}`, fix, remote);
  if (archived.test(text)) {
    const fix = "keep the log in a repository that is not archived, or let this one be written to again";
    return fail("GIT_PUSH_REFUSED", "state", "is archived, and takes no push", fix);
  }
  if (refused.test(text))
    return fail("GIT_AUTH", "auth", "refused the credentials", "give a token that may write to it");
  // "remote failure" and "rejected" are doubt and a lost race: only this one is a "no".
  if (how === "remote rejected") {
    return fail("GIT_PUSH_REFUSED", "state", "refused the push", "look at the rules and hooks that protect this ref");
  }
  if (/couldn't find remote ref/.test(text)) {
    return fail("GIT_REF_VANISHED", "state", "has no such ref", "check the name of the ref");
  }
  const trouble = describeTrouble(said);
  if (trouble !== undefined) {
    const where = URL.canParse(remote) ? new URL(remote).host : "";
    const message = `the git remote ${plainText(where, 300)} could not be reached: ${trouble.means}`;
    return gitError("GIT_UNREACHABLE", "unavailable", message, trouble.fix, remote, new Error(said));
  }
  const fix =
    output.code === null
      ? "look whether this machine is short of memory, which ends programs"
      : "check the remote and the network; without a token a private repository is not found";
  return fail("GIT_UNREACHABLE", "unavailable", "could not be read or written", fix);
}

/** The error of an answer that was not read to its end: half a log is none. */
export function answerTooLarge(remote: string): ReleaseError {
  const message = "git's answer about the log is larger than is read (64 MiB)";
  const fix =
    "look at what pushes to this ref; let a log of this size begin again under another ref, in promote.ledger or fleet.mirror";
  return gitError("GIT_ANSWER_TOO_LARGE", "state", message, fix, remote);
}

/** An error about `remote`, which is shown without secrets. */
export function gitError(
  code: string,
  category: ReleaseError["category"],
  message: string,
  fix: string,
  remote = "",
  cause?: Error,
): ReleaseError {
  return new ReleaseError({ code, category, message, fix, why: showRemote(remote) || undefined, cause });
}

/** A remote fit for logs. */
export function showRemote(remote: string): string {
  return URL.canParse(remote) ? redactUrl(remote) : plainText(remote, 300);
}
