import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { entryPoints } from "./exported-names.ts";
import { packageNames, root } from "./source-files.ts";

test("pnpm house prints every figure, computed", () => {
  const printed = execFileSync(process.execPath, ["tools/house.ts"], { cwd: root, encoding: "utf8" });
  const figure = (name: string) => Number(new RegExp(`^${name} {2,}([\\d.]+)$`, "m").exec(printed)?.[1]);
  const names = packageNames.flatMap((name) => [...entryPoints(name).values()].flat());
  expect(figure("source lines without tests, fakes and tables")).toBeGreaterThan(10_000);
  expect(figure("exported names, all entry points")).toBe(names.length);
  expect(figure("files in the top folder of src")).toBeLessThanOrEqual(12);
  expect(figure("ten words in source, documentation and messages")).toBeGreaterThanOrEqual(0);
  expect(figure("lines of test per line of source")).toBeGreaterThan(0.5);
});
