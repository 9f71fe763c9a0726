import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, type FakeClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { machineFiles } from "../../io/files.ts";
import { type Memory, openMemory } from "./memory.ts";

let folder = "";
let clock: FakeClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lateen-memory-"));
  clock = createFakeClock({ now: 1_000_000_000 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const tags = [{ value: "latest", about: "" }];
const file = (): string => join(folder, "lateen", "completion.json");
const open = (env: Readonly<Record<string, string>> = { XDG_CACHE_HOME: folder }): Memory =>
  openMemory({ env, files: machineFiles, clock });

describe("the memory", () => {
  test("keeps an answer for the next TAB, for its owner alone", () => {
    open().remember("tags", tags);
    expect(open().recall("tags")).toEqual({ candidates: tags, mayBeUsed: true });
    expect(open().recall("other")).toBeUndefined();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test("lets old answers be asked again, and forgets older ones", async () => {
    open().remember("tags", tags);
    await clock.advance(60_000);
    expect(open().recall("tags")).toEqual({ candidates: tags, mayBeUsed: false });
    await clock.advance(540_000);
    expect(open().recall("tags")).toBeUndefined();
  });

  test("leaves a server alone that gave no answer, and keeps what it said before", async () => {
    open().remember("tags", tags);
    await clock.advance(60_000);
    open().remember("tags", undefined);
    expect(open().recall("tags")).toEqual({ candidates: tags, mayBeUsed: true });
    await clock.advance(10_000);
    expect(open().recall("tags")).toEqual({ candidates: tags, mayBeUsed: false });
    open().remember("dead", undefined);
    expect(open().recall("dead")).toEqual({ candidates: [], mayBeUsed: true });
  });

  test("holds few servers", () => {
    for (let number = 0; number < 50; number++) open().remember(`server ${number}`, tags);
    expect((JSON.parse(readFileSync(file(), "utf8")) as { entries: unknown[] }).entries).toHaveLength(20);
  });

  test.each([
    "",
    "{",
    "null",
    "[]",
    '{"schemaVersion":2,"entries":[{"key":"tags","at":1000000000,"candidates":[["a",""]]}]}',
    '{"schemaVersion":1,"entries":{}}',
    '{"schemaVersion":1,"entries":[null,1,{"key":1},{"key":"tags","at":"now","candidates":[]}]}',
    "x".repeat(3 * 1024 * 1024),
  ])("takes a file that it did not write for empty: %#", (text) => {
    open().remember("x", tags);
    writeFileSync(file(), text);
    expect(open().recall("tags")).toBeUndefined();
    open().remember("tags", tags);
    expect(open().recall("tags")?.mayBeUsed).toBe(true);
  });

  test("is nothing without a home, and no trouble in one that cannot be written to", () => {
    expect(() => open({}).remember("tags", tags)).not.toThrow();
    expect(open({}).recall("tags")).toBeUndefined();
    writeFileSync(join(folder, "lateen"), "a file where the folder should be");
    chmodSync(folder, 0o500);
    expect(() => open().remember("tags", tags)).not.toThrow();
    chmodSync(folder, 0o700);
  });
});
