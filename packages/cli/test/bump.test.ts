import { existsSync, globSync, readFileSync } from "node:fs";
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

  test("is published by changesets that are large enough", () => {
    // The file comes with the first release: `pnpm bump` writes it next to the new versions.
    const { version, surface } = existsSync(releasedFile)
      ? (JSON.parse(readFileSync(releasedFile, "utf8")) as { version: string; surface: PublicSurface })
      : { version: "0.0.0", surface: {} };
    const given = globSync(".changeset/*.md", { cwd: root }).flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/^"@lateen\/[a-z-]+": (patch|minor|major)$/gm)].map(
        ([, bump]) => bump as Bump,
      ),
    );
    const { bump, broken } = decideBump(version, surface, publicSurface());
    expect(isEnough(bump, given), `${bump} is needed: ${broken.slice(0, 20).join(", ")}`).toBe(true);
  });
});
