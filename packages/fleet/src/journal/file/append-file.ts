import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { asReleaseError, type ReleaseError } from "@lateen/kernel";
import { groupWrites } from "../group-writes.ts";
import { journalClosed } from "../journal-errors.ts";
import { fleetError } from "../../errors.ts";
import { syncFolder } from "./lock.ts";

/** A file that only grows. */
export interface AppendFile {
  /** Resolves once `text` is on the disk. Calls that come while the disk is busy are written and synced together. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens `path` for appending after its first `length` bytes, and syncs its folder; what follows them, a torn line, is cut off. `mayWrite` is asked before
 * each write, and its error ends the writing.
 */
export async function openAppendFile(
  path: string,
  length: number,
  mayWrite: () => Promise<ReleaseError | undefined>,
): Promise<AppendFile> {
  const handle = await open(path, "a", 0o600);
  try {
    await handle.truncate(length);
    await syncFolder(dirname(path));
  } catch (error) {
    await handle.close();
    throw error;
  }
  let size = length;
  let broken: ReleaseError | undefined;
  const writes = groupWrites<string>(async (texts) => {
    const text = texts.join("");
    // After a failed write the end of the file is unknown; a line after a torn one would be damage.
    broken ??= (await mayWrite()) ?? (await write(handle, path, text, size));
    if (broken !== undefined) throw broken;
    size += Buffer.byteLength(text);
  });
  return {
    append: writes.append,
    async close() {
      await writes.idle();
      broken ??= journalClosed();
      await handle.close();
    },
  };
}

/** fdatasync, not fsync: the length of the file is synced with it, the modification time may wait. Source: fdatasync(2). */
async function write(handle: FileHandle, path: string, text: string, size: number): Promise<ReleaseError | undefined> {
  try {
    await handle.appendFile(text);
    await handle.datasync();
    return undefined;
  } catch (cause) {
    await handle.truncate(size).catch(() => undefined);
    return writeFailed(path, cause);
  }
}

function writeFailed(path: string, cause: unknown): ReleaseError {
  const message = `the journal ${path} cannot be written: ${asReleaseError(cause).message}`;
  return fleetError("JOURNAL_WRITE", "unavailable", {
    retryable: false,
    message,
    fix: "make room on the disk, then resume",
    cause,
  });
}
