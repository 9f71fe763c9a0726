import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { verdict } from "../test/host.ts";

const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");

test("the host of the README rolls its own tenants out, in its own process", () => {
  expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 4, verified: 4, moved: 4 } });
  expect(verdict.value?.waves.map((wave) => wave.tenants)).toEqual([1, 2, 1]);
});

test("the README shows exactly the host that was run", async () => {
  expect(await read("../README.md")).toContain((await read("../test/host.ts")).trim());
});
