import { redactUrl, systemCode } from "../http-errors.ts";
import { plainText } from "../plain-text.ts";
import { ReleaseError, type ReleaseErrorOptions } from "../release-error.ts";
import type { GitOutput } from "./run-git.ts";

// What git 2.31 to 2.51 print with LC_ALL=C; git has one exit code for all of it.
const refused =
  /could not read (?:Username|Password)|Authentication failed|returned error: 40[13]|permission denied|insufficient permission/i;
const gone = /not found|does not appear to be a git repository|returned error: 404/i;

/** The error of a git that ended with another code than 0; `hide` are texts that must not be shown. */
export function gitFailed(output: GitOutput, remote: string, hide: readonly string[]): ReleaseError {
  const text = hide.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), output.stderr);
  // Porcelain output of git-push(1): flag, refs, summary, and the reason in brackets.
  const rejection = /^!\t\S+\t\[[^\]]*\] ?(.*)$/m.exec(output.stdout.toString())?.[1];
  const said = plainText(
    rejection ?? text.split("\n").findLast((line) => /^(?:fatal|error|remote): /.test(line)) ?? text,
    300,
  );
  const noReason = output.code === null ? "git was ended, or printed more than is read" : "git gave no reason";
  const make = (options: Omit<ReleaseErrorOptions, "message" | "why">, message: string) =>
    new ReleaseError({ ...options, message: `${message}: ${said || noReason}`, why: showRemote(remote) });
  if (refused.test(text)) {
    const fix = "give a token that may read and write this repository";
    return make({ code: "GIT_AUTH", category: "auth", fix }, "the git remote refused the credentials");
  }
  if (rejection !== undefined) {
    const fix = "look at the rules and hooks that protect this ref on the server";
    return make({ code: "GIT_PUSH_REFUSED", category: "state", fix }, "the git remote refused the push");
  }
  if (/couldn't find remote ref/.test(text)) {
    const fix = "restore the ref from a clone; a log that was deleted is not begun anew by itself";
    return make({ code: "GIT_REF_VANISHED", category: "state", fix }, "the log has gone from the git remote");
  }
  const fix = gone.test(text)
    ? "check the remote; without a token a private repository is not found"
    : "check the remote and the network";
  return make({ code: "GIT_UNREACHABLE", category: "unavailable", fix }, "the git remote could not be read or written");
}

/** The error of a git that could not be started. */
export function gitNotStarted(error: unknown): ReleaseError {
  const missing = systemCode(error) === "ENOENT";
  const message = missing
    ? "the program git was not found"
    : `the program git could not be started: ${systemCode(error)}`;
  return new ReleaseError({
    code: "GIT_MISSING",
    category: "input",
    message,
    fix: "install git 2.31 or newer and put it on the PATH",
    cause: error,
  });
}

export function gitTooOld(version: string): ReleaseError {
  const message = `git is too old: ${plainText(version, 60)}`;
  const why = "credentials are handed over in GIT_CONFIG_COUNT, which came with git 2.31";
  return new ReleaseError({ code: "GIT_TOO_OLD", category: "input", message, why, fix: "install git 2.31 or newer" });
}

export function gitTimedOut(remote: string): ReleaseError {
  const message = "the git remote did not answer in time";
  return new ReleaseError({
    code: "GIT_TIMEOUT",
    category: "unavailable",
    message,
    why: showRemote(remote),
    fix: "check the remote and the network",
  });
}

/** The remote answers over HTTP, but not as a git server that accepts pushes: it proves nothing. */
export function gitNotSpoken(remote: string): ReleaseError {
  const message = "the address answers, but not in git's protocol";
  return new ReleaseError({
    code: "GIT_UNREACHABLE",
    category: "unavailable",
    message,
    why: showRemote(remote),
    fix: "check the address of the remote",
  });
}

/** A remote fit for logs. */
export function showRemote(remote: string): string {
  return URL.canParse(remote) ? redactUrl(remote) : plainText(remote, 300);
}
