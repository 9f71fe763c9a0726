import { absent, asReleaseError, found, type LogEntry, type Reading, type ReleaseError } from "@lateen/kernel";
import type { LogPlace } from "../git-ref-log.ts";
import { gitError, showRemote } from "../git/git-errors.ts";
import { entryFile, foreign, parseEntries } from "./log-entry.ts";
import { inScratch, type Scratch, type Signal } from "../git/scratch.ts";

type Entries = Reading<readonly LogEntry[]>;

/** The newest `limit` entries, newest first. @throws ReleaseError `INTERRUPTED` */
export function readEntries(place: LogPlace, limit: number, signal: Signal): Promise<Entries> {
  return inScratch<Entries>(place, signal, async (scratch) => {
    if (await exists(scratch)) return found(await fetchEntries(scratch, limit));
    return absent(`${showRemote(place.remote.url)} answered and has no ${place.ref}`);
  }).catch(asUnknown);
}

/** Any error but an interruption, as the value that says so. */
export function asUnknown(error: unknown): { readonly kind: "unknown"; readonly cause: ReleaseError } {
  const cause = asReleaseError(error);
  if (cause.category === "interrupted") throw cause;
  return { kind: "unknown", cause };
}

/**
 * Whether the remote has the ref, on its own word.
 *
 * An empty page is a valid answer of git's old "dumb" protocol and would be taken for an empty repository; so the proof is
 * that packets were exchanged.
 */
export async function exists({ git, remote, ref, packets }: Scratch): Promise<boolean> {
  const env = { GIT_TRACE_PACKET: packets.file };
  const listed = String(await git(["ls-remote", "--quiet", "--", remote.url, ref], { env }));
  if (listed.split("\n").some((line) => line.split("\t")[1] === ref)) return true;
  if (/ls-remote< /.test(await packets.read())) return false;
  const message = "the address answers, but not in git's protocol";
  throw gitError("GIT_UNREACHABLE", "unavailable", message, "check the address of the remote", remote.url);
}

/** Fetches the newest `limit` entries. @throws ReleaseError `GIT_ENTRY_FOREIGN`, or that of the fetch */
export async function fetchEntries({ git, remote, ref }: Scratch, limit: number): Promise<LogEntry[]> {
  const depth = Math.min(1_000, Math.max(1, Math.trunc(limit)));
  const quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", `--depth=${depth}`];
  await git(["fetch", ...quiet, "--", remote.url, `+${ref}:refs/log/head`]);
  const listed = String(await git(["rev-list", "--first-parent", `--max-count=${depth}`, "refs/log/head"]));
  const ids = listed.split("\n").filter((line) => line !== "");
  if (ids.length === 0) throw foreign(ref, "no commit", "the ref names something else than a commit");
  const input = ids.map((id) => `${id}\n${id}:${entryFile}\n`).join("");
  return parseEntries(ids, await git(["cat-file", "--batch"], { input }), ref);
}
