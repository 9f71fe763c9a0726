import { type AppendLog, type Clock, type Reading, type Secret, systemClock } from "@lateen/kernel";
import { appendEntry } from "./log/append-entry.ts";
import { type AskRef, createAskRef } from "./git/ask-ref.ts";
import { showRemote } from "./git/git-errors.ts";
import { createMemory, type LogMemory } from "./log/memory.ts";
import { readEntries } from "./log/read-entries.ts";
import { parseRef, parseRemote, type Remote } from "./git/remote.ts";
import type { GitRunner } from "./git/run-git.ts";

/** Location of a log, and the access to it. */
export interface GitRefLogOptions {
  /** An absolute path, a `file:` or `https:` address, or an `http:` address of loopback. */
  readonly remote: string;
  /** A full ref name, such as `refs/lateen/latest`. */
  readonly ref: string;
  /** Sent to the origin of `remote` only, as the password of Basic authentication. */
  readonly token?: Secret | undefined;
  /** The user name that goes with the token; GitHub and Gitea take any. @default "x-access-token" */
  readonly username?: string | undefined;
  /** Allows plain `http:` to another host than loopback, the token included. @default false */
  readonly insecure?: boolean | undefined;
  /** Certificates (PEM) to trust instead of git's own store. */
  readonly ca?: string | undefined;
  /** The caller's environment; git sees its PATH, proxies and certificate stores and nothing else. @default {} */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Folder for the scratch repositories, one for each call, removed afterwards. @default the system's temporary folder */
  readonly workDir?: string | undefined;
  /** Longest time of one call of git in milliseconds; a read makes two, an append one to eight. @default 60000 */
  readonly deadlineMs?: number | undefined;
  /** Dates the entries and makes the pauses between pushes. @default systemClock */
  readonly clock?: Clock | undefined;
  /** Author and committer of the entries. @default lateen <lateen@localhost> */
  readonly author?: { readonly name: string; readonly email: string } | undefined;
  /** Runs the git program: shared between logs, or for tests. @default runGit */
  readonly git?: GitRunner | undefined;
}

/** A log and how to get at it, checked. */
export interface LogPlace {
  readonly options: GitRefLogOptions;
  readonly remote: Remote;
  readonly ref: string;
  readonly clock: Clock;
  readonly memory: LogMemory;
  readonly askRef: AskRef;
}

/**
 * A log on a ref of any git server, through the `git` program (2.31 or newer).
 *
 * git's own rule makes it safe: a server updates a ref only if it still has the value that the push names.
 * @throws ReleaseError `GIT_REMOTE_INVALID`, `GIT_REF_INVALID`
 * @example
 * const log = createGitRefLog({ remote: "https://git.example.com/acme/core.git", ref: "refs/lateen/latest", token, env });
 * const head = await log.read();
 */
export function createGitRefLog(options: GitRefLogOptions): AppendLog {
  const { clock = systemClock, insecure = false } = options;
  const checked = {
    options,
    clock,
    ref: parseRef(options.ref),
    remote: parseRemote(options.remote, insecure),
    memory: createMemory(),
  };
  const place: LogPlace = { ...checked, askRef: createAskRef(checked) };
  return {
    source: `${showRemote(place.remote.url)} ${place.ref}`,
    async read(signal) {
      const reading = await readEntries(place, 1, signal);
      const [head] = reading.kind === "found" ? reading.value : [];
      return head === undefined ? (reading as Reading<never>) : { kind: "found", value: head };
    },
    entries: ({ limit }, signal) => readEntries(place, limit, signal),
    append: (expected, draft, signal) => appendEntry(place, { expected, draft }, signal),
  };
}
