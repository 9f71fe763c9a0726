import type { LogPlace } from "../git-ref.ts";
import { absent, found, type Reading, unknown } from "../reading.ts";
import { asReleaseError } from "../release-error.ts";
import { gitNotSpoken, showRemote } from "./git-errors.ts";
import { entryFile, foreign, type LogEntry, parseEntries } from "./log-entry.ts";
import { type Git, inScratch, readPackets } from "./scratch.ts";

/** Where the fetched log is in a scratch repository. */
const fetched = "refs/log/head";

/** The newest `limit` entries, newest first. @throws ReleaseError `INTERRUPTED` */
export async function readEntries(
  place: LogPlace,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Reading<readonly LogEntry[]>> {
  try {
    return await inScratch(place.options, place.remote, signal, async (git, dir) => {
      if (!(await exists(git, dir, place)))
        return absent(`${showRemote(place.remote.url)} answered and has no ${place.ref}`);
      return found(await fetchEntries(git, place, limit));
    });
  } catch (error) {
    const cause = asReleaseError(error);
    if (cause.category === "interrupted") throw cause;
    return unknown(cause);
  }
}

/**
 * Whether the remote has the ref, on its own word.
 *
 * An empty page is a valid answer of git's old "dumb" protocol and would be taken for an empty repository; so the proof is
 * that packets were exchanged.
 */
export async function exists(git: Git, dir: string, { remote, ref }: LogPlace): Promise<boolean> {
  const env = { GIT_TRACE_PACKET: `${dir}/packets` };
  const listed = String(await git(["ls-remote", "--quiet", "--", remote.url, ref], { env }));
  if (listed.split("\n").some((line) => line.split("\t")[1] === ref)) return true;
  if (!/ls-remote< /.test(await readPackets(dir))) throw gitNotSpoken(remote.url);
  return false;
}

/** Fetches the newest `limit` entries. @throws ReleaseError `GIT_ENTRY_FOREIGN`, or that of the fetch */
export async function fetchEntries(git: Git, { remote, ref }: LogPlace, limit: number): Promise<LogEntry[]> {
  const depth = Math.min(1_000, Math.max(1, Math.trunc(limit)));
  await git([
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    `--depth=${depth}`,
    "--",
    remote.url,
    `+${ref}:${fetched}`,
  ]);
  const listed = String(await git(["rev-list", "--first-parent", `--max-count=${depth}`, fetched]));
  const ids = listed.split("\n").filter((line) => line !== "");
  if (ids.length === 0) throw foreign(ref, "no commit", "the ref names something else than a commit");
  const input = ids.map((id) => `${id}\n${id}:${entryFile}\n`).join("");
  return parseEntries(ids, await git(["cat-file", "--batch"], { input }), ref);
}
