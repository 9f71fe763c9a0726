import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Bump, decideBump, isEnough, type PublicSurface } from "./decide-bump.ts";
import { publicSurface, releasedFile } from "./public-surface.ts";
import { root } from "./source-files.ts";

describe("the least bump", () => {
  const before: PublicSurface = { "@lateen/gate passGate": "(input) => Verdict", "lateen.yaml gate.poll": "string" };

  test.each<[string, string, PublicSurface, Bump]>([
    ["nothing changed", "0.1.0", before, "patch"],
    ["a name is gone below 1.0", "0.1.0", { "lateen.yaml gate.poll": "string" }, "minor"],
    ["a name is gone", "1.2.0", { "lateen.yaml gate.poll": "string" }, "major"],
    ["a declaration changed", "1.2.0", { ...before, "@lateen/gate passGate": "(input, ports) => Verdict" }, "major"],
    ["a key has another type", "1.2.0", { ...before, "lateen.yaml gate.poll": "number" }, "major"],
    ["a key is new below 1.0", "0.1.0", { ...before, "lateen.yaml gate.event": "string" }, "patch"],
    ["a key is new", "1.2.0", { ...before, "lateen.yaml gate.event": "string" }, "minor"],
  ])("if %s", (_, version, after, bump) => expect(decideBump(version, before, after).bump).toBe(bump));

  test.each<[Bump, readonly Bump[], boolean]>([
    ["minor", ["patch"], false],
    ["major", ["patch", "minor"], false],
    ["minor", ["patch", "minor"], true],
    ["patch", ["patch"], true],
    ["major", [], true],
  ])("%s is given enough by %j: %s", (needed, given, enough) => expect(isEnough(needed, given)).toBe(enough));
});

describe("what is public here", () => {
  test("has every kind of name and key", () => {
    const keys = Object.keys(publicSurface());
    expect(keys.length).toBeGreaterThan(500);
    for (const key of [
      "@lateen/gate passGate",
      "lateen.yaml gate.poll",
      "result fleet.tenants[].verdict",
      "exit shipped",
      "command ship",
    ])
      expect(keys).toContain(key);
  });

  test("an export, a key and a command that are gone need more than a patch", () => {
    const now = publicSurface();
    for (const key of ["@lateen/gate passGate", "lateen.yaml gate.poll", "command retag", "exit held"]) {
      const { [key]: gone, ...rest } = now;
      expect(gone, key).toBeDefined();
      const { bump, broken } = decideBump("0.1.0", now, rest);
      expect({ bump, broken }).toEqual({ bump: "minor", broken: [key] });
      expect(isEnough(bump, ["patch"])).toBe(false);
      expect(decideBump("1.0.0", now, rest).bump).toBe("major");
    }
  });

  test("is published by changesets that are large enough", () => {
    // `pnpm bump` renews the file next to the new versions.
    const { version, surface } = JSON.parse(readFileSync(releasedFile, "utf8")) as {
      readonly version: string;
      readonly surface: PublicSurface;
    };
    expect(Object.keys(surface).length).toBeGreaterThan(500);
    const given = globSync(".changeset/*.md", { cwd: root }).flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/^"@lateen\/[a-z-]+": (patch|minor|major)$/gm)].map(
        ([, bump]) => bump as Bump,
      ),
    );
    const { bump, broken } = decideBump(version, surface, publicSurface());
    expect(isEnough(bump, given), `${bump} is needed: ${broken.slice(0, 20).join(", ")}`).toBe(true);
  });
});
