import { type FileHandle, open } from "node:fs/promises";
import { asReleaseError, type ReleaseError } from "@lateen/kernel";
import { journalClosed } from "../journal-errors.ts";
import { fleetError } from "../../errors.ts";

/** A file that only grows. */
export interface AppendFile {
  /** Resolves once `text` is on the disk. Calls that come while the disk is busy are written and synced together. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly text: string;
  resolve(): void;
  reject(error: ReleaseError): void;
}

/**
 * Opens `path` for appending after its first `length` bytes; what follows them, a torn line, is cut off. `mayWrite` is asked before
 * each write, and its error ends the writing.
 */
export async function openAppendFile(
  path: string,
  length: number,
  mayWrite: () => Promise<ReleaseError | undefined>,
): Promise<AppendFile> {
  const handle = await open(path, "a", 0o600);
  await handle.truncate(length);
  let waiting: Waiting[] = [];
  let size = length;
  let broken: ReleaseError | undefined;
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      // After a failed write the end of the file is unknown; a line after a torn one would be damage.
      broken ??= (await mayWrite()) ?? (await write(handle, path, group, size));
      size += broken === undefined ? bytesOf(group) : 0;
      for (const part of group) {
        if (broken === undefined) part.resolve();
        else part.reject(broken);
      }
    }
    flushing = undefined;
  };
  return {
    append(text) {
      return new Promise((resolve, reject) => {
        waiting.push({ text, resolve, reject });
        flushing ??= flush();
      });
    },
    async close() {
      await flushing;
      broken ??= journalClosed();
      await handle.close();
    },
  };
}

function bytesOf(group: readonly Waiting[]): number {
  return group.reduce((sum, part) => sum + Buffer.byteLength(part.text), 0);
}

/** fdatasync, not fsync: the length of the file is synced with it, the modification time may wait. Source: fdatasync(2). */
async function write(
  handle: FileHandle,
  path: string,
  group: readonly Waiting[],
  size: number,
): Promise<ReleaseError | undefined> {
  try {
    await handle.appendFile(group.map((part) => part.text).join(""));
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
