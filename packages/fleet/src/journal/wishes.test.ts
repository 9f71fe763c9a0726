import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { found } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Wish, WishBox } from "../ports/wishes.ts";
import { createFileWishes } from "./file/file-wishes.ts";
import type { MirrorLog } from "./mirror/mirror-journal.ts";
import { mirrorWishes } from "./mirror/mirror-wishes.ts";

let folder = "";
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "lateen-wishes-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const pause: Wish = { kind: "pause", actor: "ada", reason: "lunch", id: "1", rollout: "r1", at: 5 };

/** A log in memory; `race` lets another writer be first. */
function memoryLog(): MirrorLog & { race: boolean; reads: number; readonly values: unknown[] } {
  const values: unknown[] = [];
  const log = {
    race: false,
    reads: 0,
    values,
    entries: async () => {
      log.reads += 1;
      return found(
        values
          .map((value, index) => ({ id: String(index + 1), value }))
          .toReversed()
          .slice(0, 1),
      );
    },
    async append(expected: string | null, { value }: { readonly value: unknown }) {
      if (log.race) values.push({ other: true });
      log.race = false;
      const head = values.length === 0 ? null : String(values.length);
      if (head !== expected) return { kind: "lost" as const, head: { id: head ?? "" } };
      values.push(JSON.parse(JSON.stringify(value)));
      return { kind: "appended" as const, head: { id: String(values.length) } };
    },
  };
  return log;
}

describe.each<[string, () => () => WishBox]>([
  ["in a folder", () => () => createFileWishes({ folder: join(folder, "journal") })],
  [
    "on a mirror",
    () => {
      const log = memoryLog();
      return () => mirrorWishes({ log, clock: createFakeClock(), intervalMs: 0 });
    },
  ],
])("wishes %s", (_, place) => {
  test("the newest one is read by every process, with actor, reason and the rollout that is meant", async () => {
    const open = place();
    expect(await open().read()).toBeUndefined();
    await open().ask(pause);
    expect(await open().read()).toMatchObject(pause);
    await open().ask({ ...pause, kind: "stop", id: "2" });
    expect(await open().read()).toMatchObject({ kind: "stop", id: "2" });
  });
});

test("a file that is damaged, huge or of another version holds no wish", async () => {
  const wishes = createFileWishes({ folder });
  await wishes.ask(pause);
  const path = join(folder, "rollout.wish.json");
  const whole = await readFile(path, "utf8");
  const texts = [whole.slice(0, -3), "", "null", `${" ".repeat(20_000)}${whole}`, whole.replace(":1,", ":2,")];
  for (const text of texts) {
    await writeFile(path, text);
    expect(await wishes.read(), text.slice(0, 40)).toBeUndefined();
  }
});

test("a mirror is asked once in its interval, and another writer's append is appended after", async () => {
  const log = memoryLog();
  const clock = createFakeClock();
  const wishes = mirrorWishes({ log, clock, intervalMs: 5_000 });
  log.race = true;
  await wishes.ask(pause);
  expect(log.values).toHaveLength(2);
  const before = log.reads;
  expect(await wishes.read()).toMatchObject({ id: "1" });
  await wishes.ask({ ...pause, id: "2" });
  expect(await wishes.read()).toMatchObject({ id: "1" });
  await clock.advance(5_000);
  expect(await wishes.read()).toMatchObject({ id: "2" });
  expect(log.reads - before).toBe(3);
});
