import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeClock } from "@lateen/kernel/testing";
import type { Appended } from "@lateen/kernel";
import { causeOf, createGitLogWorld, foundIn, type GitLogWorld, headOf, ref } from "./testing/git-log-world.ts";

let world: GitLogWorld;

beforeEach(async () => {
  world = await createGitLogWorld();
});
afterEach(async () => {
  expect(await world.leftovers(), "scratch repositories left behind").toEqual([]);
  await world.close();
});

describe("a log on disk", () => {
  test("is absent, with proof, before the first entry", async () => {
    expect(await world.open().read()).toEqual({
      kind: "absent",
      proof: `${world.repository.path} answered and has no ${ref}`,
    });
  });

  test("keeps what was appended, in order, each entry in a commit of its own and none before the first", async () => {
    const clock = createFakeClock({ now: Date.UTC(2026, 2, 4, 5, 6, 7, 890) });
    const log = world.open({ clock, author: { name: "Ada <x>", email: "ada@example.com" } });
    const first = headOf(await log.append(null, { subject: "promote 1", body: "by ada\nrun 7", value: { n: 1 } }));
    expect(first).toMatchObject({ position: 1, at: "2026-03-04T05:06:07.000Z", value: { n: 1 } });
    const second = headOf(await log.append(first.id, { subject: "promote 2", value: ["ü"] }));

    expect(foundIn(await log.read())).toEqual(second);
    expect(foundIn(await log.entries({ limit: 10 }))).toEqual([second, first]);
    expect(foundIn(await log.entries({ limit: 1 }))).toEqual([second]);
    expect(await world.repository.git("log", "--format=%an <%ae>|%s|%b", ref)).toBe(
      "Ada x <ada@example.com>|promote 2|\nAda x <ada@example.com>|promote 1|by ada\nrun 7\n\n",
    );
    const file = JSON.parse(await world.repository.git("show", `${ref}:entry.json`)) as Record<string, unknown>;
    expect(file).toMatchObject({ schemaVersion: 1, position: 2, value: ["ü"] });
  });

  test("takes a file: address too, and leaves other refs alone", async () => {
    await world.repository.commit({ message: "trunk" });
    await world.repository.setRef(`refs/other/${ref}`, (await world.repository.head("refs/heads/main")) ?? null);
    const log = world.open({ remote: world.repository.url });
    expect(await log.read()).toMatchObject({ kind: "absent" });
    const { id } = headOf(await log.append(null, { subject: "one", value: 1 }));
    expect(await world.repository.head(ref)).toBe(id);
  });

  test("refuses an append after an entry that is no longer the head, or before one that exists", async () => {
    const log = world.open();
    const first = headOf(await log.append(null, { subject: "1", value: 1 }));
    const second = headOf(await log.append(first.id, { subject: "2", value: 2 }));
    expect(await log.append(first.id, { subject: "late", value: 3 })).toEqual({ kind: "lost", head: second });
    expect(await log.append(null, { subject: "late", value: 3 })).toEqual({ kind: "lost", head: second });
    expect(foundIn(await log.entries({ limit: 9 }))).toHaveLength(2);
  });

  test("reports that the log is gone instead of starting it again", async () => {
    const log = world.open();
    const { id } = headOf(await log.append(null, { subject: "1", value: 1 }));
    await world.repository.setRef(ref, null);
    const cause = causeOf(await log.append(id, { subject: "2", value: 2 }));
    expect(cause).toMatchObject({ code: "GIT_REF_VANISHED", category: "state" });
    expect(await world.repository.head(ref)).toBeUndefined();
  });

  test("of two that append at the same time exactly one wins, twenty times over", async () => {
    let expected: string | null = null;
    for (let round = 1; round <= 20; round++) {
      const draft = { subject: `round ${round}`, value: round };
      const [a, b]: Appended[] = await Promise.all([
        world.open().append(expected, draft),
        world.open().append(expected, draft),
      ]);
      const winner: Appended | undefined = [a, b].find((answer) => answer?.kind === "appended");
      const loser = [a, b].find((answer) => answer?.kind === "lost");
      expect(winner?.kind).toBe("appended");
      expect(loser).toEqual({ kind: "lost", head: winner?.kind === "appended" ? winner.head : undefined });
      expected = winner?.kind === "appended" ? winner.head.id : null;
    }
    const entries = foundIn(await world.open().entries({ limit: 100 }));
    expect(entries.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, at) => 20 - at));
  }, 60_000);
});

test("an entry that could not be read back is not written", async () => {
  const value = Array.from({ length: 300_000 }, () => []);
  const cause = causeOf(await world.open().append(null, { subject: "large", value }));
  expect({ code: cause.code, written: (await world.open().read()).kind }).toEqual({
    code: "GIT_ENTRY_TOO_LARGE",
    written: "absent",
  });
});

describe("what is not an entry", () => {
  const plain = { "entry.json": '{"schemaVersion":1,"position":1,"value":1}' };
  test.each([
    ["a commit of the source code", { "README.md": "hello" }],
    ["an entry file that is not JSON", { "entry.json": "{" }],
    ["JSON that is not an object", { "entry.json": "null" }],
    ["a newer schema", { "entry.json": '{"schemaVersion":2,"position":1,"value":1}' }],
    ["a position that its parents belie", { "entry.json": '{"schemaVersion":1,"position":2,"value":1}' }],
    ["a position that is no number", { "entry.json": '{"schemaVersion":1,"position":"1","value":1}' }],
    ["a position of zero", { "entry.json": '{"schemaVersion":1,"position":0,"value":1}' }],
    ["a folder instead of the file", { "entry.json/x": "1" }],
    [
      "more values than are read",
      { "entry.json": `{"schemaVersion":1,"position":1,"value":[${"[],".repeat(300_000)}0]}` },
    ],
  ])("%s makes the log unknown, and is not built upon", async (_, files) => {
    const id = await world.repository.commit({ message: "foreign", files });
    await world.repository.setRef(ref, id);
    expect(causeOf(await world.open().read())).toMatchObject({ code: "GIT_ENTRY_FOREIGN", category: "state" });
    expect(causeOf(await world.open().append(id, { subject: "x", value: 1 })).code).toBe("GIT_ENTRY_FOREIGN");
    expect(causeOf(await world.open().append(null, { subject: "x", value: 1 })).code).toBe("GIT_ENTRY_FOREIGN");
    expect(await world.repository.head(ref)).toBe(id);
  });

  test("the table above is refused for its content: a plain entry written by hand is read", async () => {
    await world.repository.setRef(ref, await world.repository.commit({ message: "by hand", files: plain }));
    expect(foundIn(await world.open().read())).toMatchObject({ position: 1, value: 1 });
  });

  test("a gap in the positions makes the entries unknown", async () => {
    await world.repository.commit({ message: "1", files: plain });
    const third = await world.repository.commit({
      message: "3",
      files: { "entry.json": '{"schemaVersion":1,"position":3}' },
    });
    await world.repository.setRef(ref, third);
    expect(causeOf(await world.open().entries({ limit: 5 })).code).toBe("GIT_ENTRY_FOREIGN");
  });

  test("a ref on a blob makes the log unknown", async () => {
    await world.repository.commit({ message: "x", files: { a: "b" } });
    await world.repository.git("update-ref", ref, (await world.repository.git("rev-parse", "main:a")).trim());
    expect(causeOf(await world.open().read()).code).toBe("GIT_ENTRY_FOREIGN");
  });
});
