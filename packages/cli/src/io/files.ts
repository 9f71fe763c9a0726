import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** The files that the program itself reads and writes; everything is synchronous, since the last words of a broken-off run are. */
export interface Files {
  /** The text of a file, without its byte order mark; in UTF-8, or in UTF-16 as Windows writes what it redirects. @param most - Bytes; a longer file is `EFBIG`. @throws Error of the system */
  read(path: string, most?: number): string;
  exists(path: string): boolean;
  /** Names of what is in a folder, in order; none if there is no such folder. */
  list(path: string): readonly string[];
  /** True if this process may write to what is at `path`, or could make it if there is nothing. Writes nothing. */
  isWritable(path: string): boolean;
  append(path: string, text: string): void;
  /**
   * Writes so that a reader sees the old file or the whole new one: into a temporary file next to it, then renamed.
   *
   * @param mode - Who may do what with the new file, such as `0o600`. @default what the process gives to new files
   */
  replace(path: string, text: string, mode?: number): void;
}

export const machineFiles: Files = {
  read: (path, most) => decode(most === undefined ? readFileSync(path) : readBounded(path, most)),
  exists: (path) => existsSync(path),
  list: (path) => (existsSync(path) ? readdirSync(path).toSorted() : []),
  isWritable: (path) => isWritable(path),
  append: (path, text) => appendFileSync(path, text),
  replace(path, text, mode = 0o666) {
    // Only a name next to others: node:crypto would cost every start 10 ms.
    const temporary = `${path}.${Math.random().toString(36).slice(2, 10)}.tmp`;
    mkdirSync(dirname(path), { recursive: true });
    try {
      writeFileSync(temporary, text, { flush: true, mode });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  },
};

/** The text of a file; undefined if it cannot be read, or is longer than `most` bytes. */
export function readIfThere(files: Pick<Files, "read">, path: string, most?: number): string | undefined {
  try {
    return files.read(path, most);
  } catch {
    return undefined;
  }
}

/** Of what does not exist yet, the nearest folder above it decides. */
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return isMissing && dirname(path) !== path && isWritable(dirname(path));
  }
}

/** The mark says which it is (Unicode 17.0, 23.8). */
function decode(bytes: Buffer): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isWide ? "utf16le" : "utf8").replace(/^\uFEFF/, "");
}

/** By pieces, since a pipe or a device does not say how long it is. */
function readBounded(path: string, most: number): Buffer {
  const file = openSync(path, "r");
  try {
    const pieces: Buffer[] = [];
    for (let length = 0; ;) {
      const piece = Buffer.alloc(65_536);
      const got = readSync(file, piece);
      if (got === 0) return Buffer.concat(pieces);
      length += got;
      if (length > most) throw Object.assign(new Error(`${path} is longer than ${most} bytes`), { code: "EFBIG" });
      pieces.push(piece.subarray(0, got));
    }
  } finally {
    closeSync(file);
  }
}
