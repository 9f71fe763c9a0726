import { mkdir, open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pid } from "node:process";
import { asReleaseError } from "@lateen/kernel";
import type { WishBox } from "../../ports/wishes.ts";
import { formatWish, parseWish } from "../wish-schema.ts";
import { fleetError } from "../../errors.ts";
import { tryJson } from "../../try-json.ts";

/** Most bytes of the file that are read. */
const largest = 16_384;

/** The newest wish for the rollout of a journal, in the folder of that journal. */
export function createFileWishes(options: { readonly folder: string }): WishBox {
  const path = join(options.folder, "rollout.wish.json");
  let serial = 0;
  return {
    read: async () => parseWish(tryJson(await load(path))),
    async ask(wish) {
      const aside = `${path}-${pid}-${++serial}`;
      try {
        await mkdir(options.folder, { recursive: true });
        // Renamed into place: half of it is never read.
        await writeFile(aside, JSON.stringify(formatWish(wish)), { mode: 0o600 });
        await rename(aside, path);
      } catch (cause) {
        throw fleetError("WISH_WRITE", "unavailable", {
          message: `${path} cannot be written: ${asReleaseError(cause).message}`,
          fix: "make the folder of the journal writable",
          cause,
        });
      }
    },
  };
}

async function load(path: string): Promise<string> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return "";
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(largest), 0, largest, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
