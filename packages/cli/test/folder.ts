import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for one test. */
export interface Folder {
  readonly path: string;
  write(name: string, text: string): string;
  read(name: string): string;
  remove(): void;
}

/** Makes an empty folder, outside of any repository. */
export function createFolder(): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "lateen-cli-")));
  return {
    path,
    write(name, text) {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    read: (name) => readFileSync(join(path, name), "utf8"),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
