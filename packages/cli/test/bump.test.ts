import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Bump, bumpsOf, decideBump, isEnough, type PublicSurface } from "./decide-bump.ts";
import { publicSurface, releasedFile } from "./public-surface.ts";
import { packageNames, root } from "./source-files.ts";

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

  test("a break does not pass as a patch, however the changeset is written, and passes as a minor", () => {
    const { "lateen.yaml gate.poll": _, ...after } = before;
    const { bump } = decideBump("0.1.0", before, after);
    const said = 'A line of the note that says minor:\n"@lateen/gate": minor\n';
    for (const name of ['"@lateen/gate"', "'@lateen/gate'"]) {
      const patch = `---\n${name}: patch\n---\n\n${said}`;
      expect(bumpsOf([patch]), name).toEqual(["patch"]);
      expect(isEnough(bump, bumpsOf([patch])), name).toBe(false);
      expect(isEnough(bump, bumpsOf([patch, `---\n${name}: minor\n---\n\nmore`])), name).toBe(true);
    }
  });
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
    // Versions that were made without it would be compared with a surface of another release.
    const released = packageNames.map((name) => readFileSync(join(root, "packages", name, "package.json"), "utf8"));
    expect(released.map((text) => (JSON.parse(text) as { version: string }).version)).toEqual(
      packageNames.map(() => version),
    );
    const changesets = globSync(".changeset/*.md", { cwd: root });
    const given = bumpsOf(changesets.map((path) => readFileSync(join(root, path), "utf8")));
    expect(given.length).toBeGreaterThanOrEqual(changesets.length);
    const { bump, broken } = decideBump(version, surface, publicSurface());
    expect(isEnough(bump, given), `${bump} is needed: ${broken.slice(0, 20).join(", ")}`).toBe(true);
  });
});
