import { absent, found, isReleaseError, type LogEntry, type Reading, toReading } from "@lateen/kernel";
import type { LogPlace } from "../git-ref-log.ts";
import { gitError, showRemote } from "../git/git-errors.ts";
import { readRef } from "../git/repository.ts";
import { inScratch, type Scratch, type Signal } from "../git/scratch.ts";
import { batchOf, parseBatch } from "./log-entry.ts";
import type { KnownLog } from "./memory.ts";

type Entries = Reading<readonly LogEntry[]>;

/** The newest `limit` entries, newest first. @throws ReleaseError `INTERRUPTED` */
export function readEntries(place: LogPlace, limit: number, signal: Signal): Promise<Entries> {
  const depth = Math.min(1_000, Math.max(1, Math.trunc(limit)));
  return toReading<Entries>(async () => {
    const known = place.memory.recall(depth);
    const head = known === undefined ? undefined : await place.askRef(signal);
    if (known !== undefined && head === known.entries[0].id) return found(known.entries.slice(0, depth));
    return await inScratch<Entries>(place, signal, async (scratch) => {
      const isSame = known !== undefined && head === undefined && (await isHead(scratch, known));
      const log = isSame ? known : await fetchLog(scratch, depth);
      if (log === undefined) return absent(`${showRemote(place.remote.url)} answered and has no ${place.ref}`);
      return found(log.entries.slice(0, depth));
    });
  });
}

/** True if the remote's ref still names the newest entry of `known`: one look instead of a fetch. */
async function isHead({ git, remote, ref }: Scratch, known: KnownLog): Promise<boolean> {
  const listed = String(await git(["ls-remote", "--quiet", "--", remote.url, ref]));
  return listed.split("\n").includes(`${known.entries[0].id}\t${ref}`);
}

/**
 * Fetches the newest `depth` entries and remembers them; undefined if the remote has no such ref, on its own word.
 *
 * An empty page is a valid answer of git's old "dumb" protocol and would be taken for an empty repository; so the proof of
 * absence is that packets were exchanged.
 * @throws ReleaseError `GIT_ENTRY_FOREIGN`, or that of the fetch
 */
export async function fetchLog(scratch: Scratch, depth: number): Promise<KnownLog | undefined> {
  const { git, remote, ref, packets, repository, memory } = scratch;
  const args = ["--quiet", "--no-tags", "--no-write-fetch-head", `--depth=${depth}`, "--", remote.url];
  const env = { GIT_TRACE_PACKET: packets.file };
  try {
    await git(["fetch", ...args, `+${ref}:${local}`], { env });
  } catch (error) {
    if (!isReleaseError(error) || error.code !== "GIT_REF_VANISHED") throw error;
    if (/ fetch< /.test(await packets.read())) return undefined;
    const message = "the address answers, but not in git's protocol";
    throw gitError("GIT_UNREACHABLE", "unavailable", message, "check the address of the remote", remote.url);
  }
  const head = await readRef(repository, local);
  const batch = await git(["cat-file", "--batch"], { input: batchOf(local, depth) });
  return memory.keep(await parseBatch(batch, head, ref));
}

/** The ref of the scratch repository that the log is fetched to. */
const local = "refs/log/head";
