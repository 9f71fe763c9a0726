import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitCall, runGit } from "./git/run-git.ts";
import { causeOf, createGitLogWorld, env, foundIn, type GitLogWorld, headOf, ref } from "./testing/git-log-world.ts";

let world: GitLogWorld;
let programs: string[];

beforeEach(async () => {
  world = await createGitLogWorld();
  programs = [];
});
afterEach(async () => {
  expect(await world.leftovers(), "scratch repositories left behind").toEqual([]);
  await world.close();
});

const counted = () =>
  world.open({
    git: (call: GitCall) => {
      programs.push(call.args[0] ?? "");
      return runGit(call);
    },
  });
const started = () => programs.splice(0);

describe("programs that are started", () => {
  test("a first read fetches, an append after it only pushes, and a second read only looks", async () => {
    headOf(await world.open().append(null, { subject: "1", value: 1 }));
    const log = counted();
    const first = foundIn(await log.read());
    expect(started()).toEqual(["version", "fetch", "cat-file"]);
    const second = headOf(await log.append(first.id, { subject: "2", value: 2 }));
    expect(started()).toEqual(["push"]);
    const third = headOf(await log.append(second.id, { subject: "3", value: 3 }));
    expect(started()).toEqual(["push"]);
    expect(foundIn(await log.entries({ limit: 10 }))).toEqual([third, second, first]);
    expect(started()).toEqual(["ls-remote"]);
    expect(foundIn(await world.open().entries({ limit: 10 }))).toEqual([third, second, first]);
  });

  test("a first append to a log that does not exist only pushes", async () => {
    headOf(await counted().append(null, { subject: "1", value: 1 }));
    expect(started()).toEqual(["version", "push"]);
  });

  test("the version of git is asked for once by all logs that are run by one function, and again if it did not answer", async () => {
    let isThere = false;
    const git = (call: GitCall) => {
      programs.push(call.args[0] ?? "");
      return isThere ? runGit(call) : Promise.reject(Object.assign(new Error("missing"), { code: "ENOENT" }));
    };
    expect(causeOf(await world.open({ git }).read()).code).toBe("GIT_MISSING");
    isThere = true;
    for (let log = 0; log < 3; log++) await world.open({ git }).read();
    expect(started()).toEqual(["version", "version", "fetch", "fetch", "fetch"]);
    await world.open({ git, env: { PATH: `${env.PATH}:/elsewhere` } }).read();
    expect(started()).toEqual(["version", "fetch"]);
  });

  test("more entries than are known are fetched", async () => {
    const writer = world.open();
    const first = headOf(await writer.append(null, { subject: "1", value: 1 }));
    const second = headOf(await writer.append(first.id, { subject: "2", value: 2 }));
    const log = counted();
    await log.read();
    started();
    expect(foundIn(await log.entries({ limit: 2 }))).toEqual([second, first]);
    expect(started()).toEqual(["fetch", "cat-file"]);
    expect(foundIn(await log.entries({ limit: 1 }))).toEqual([second]);
    expect(started()).toEqual(["ls-remote"]);
  });
});

describe("what is known of a log is never believed without a look", () => {
  test("an entry of another writer is seen by the next read, and wins over an append that did not", async () => {
    const [log, other] = [world.open(), world.open()];
    const first = headOf(await log.append(null, { subject: "1", value: 1 }));
    const theirs = headOf(await other.append(first.id, { subject: "2", value: "theirs" }));
    expect(await log.append(first.id, { subject: "2", value: "ours" })).toEqual({ kind: "lost", head: theirs });
    const third = headOf(await other.append(theirs.id, { subject: "3", value: 3 }));
    expect(foundIn(await log.read())).toEqual(third);
  });

  test("a log that was deleted or rewound is not continued", async () => {
    const log = world.open();
    const first = headOf(await log.append(null, { subject: "1", value: 1 }));
    const second = headOf(await log.append(first.id, { subject: "2", value: 2 }));
    await world.repository.setRef(ref, first.id);
    expect(await log.append(second.id, { subject: "3", value: 3 })).toEqual({ kind: "lost", head: first });
    expect(foundIn(await log.read())).toEqual(first);
    await world.repository.setRef(ref, null);
    expect(await log.read()).toMatchObject({ kind: "absent" });
    expect(causeOf(await log.append(first.id, { subject: "2", value: 2 })).code).toBe("GIT_REF_VANISHED");
  });

  test("a caller that changes a value changes it for itself only", async () => {
    const log = world.open();
    const value = { list: [1] };
    headOf(await log.append(null, { subject: "1", value }));
    value.list.push(2);
    expect(foundIn(await log.read()).value).toEqual({ list: [1] });
  });
});

test("git finds no fault in the objects that were written", async () => {
  const log = world.open({ author: { name: "  ", email: "<>\n" } });
  let expected: string | null = null;
  for (const value of ["", { deep: [null, 1.5, "ü\u2028"] }, "x".repeat(100_000)]) {
    const draft = { subject: "ü \u0000 .", body: "one\n\ntwo\n", value };
    expected = headOf(await log.append(expected, draft)).id;
    expect(foundIn(await world.open().read()).value).toEqual(value);
  }
  await world.repository.git("fsck", "--strict", "--no-dangling");
  expect(await world.repository.git("rev-list", "--count", ref)).toBe("3\n");
});
