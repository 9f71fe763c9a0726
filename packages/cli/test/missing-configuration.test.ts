import { afterEach, beforeEach, expect, test } from "vitest";
import { commands } from "../src/commands/commands.table.ts";
import { createFolder, type Folder } from "./folder.ts";
import { runHere } from "./run-lateen.ts";

let folder: Folder;
beforeEach(() => void (folder = createFolder()));
afterEach(() => folder.remove());

/** Commands that need no configuration, or make one. */
const without = new Set(["inspect", "retag", "init", "demo", "serve", "lint-workflow", "completion", "report"]);

/** What each of the others needs in addition to its name. */
const words: Readonly<Record<string, readonly string[]>> = {
  rollback: ["--reason", "x"],
  hold: ["--reason", "x"],
  config: ["show"],
};

test("every command says in the same words that there is no configuration, and what to do", async () => {
  const named = commands.map(({ name }) => name).filter((name) => !without.has(name));
  expect(named.length).toBeGreaterThan(12);
  const said = await Promise.all(
    named.map(async (name) => {
      const ran = await runHere([name, ...(words[name] ?? [])], {
        cwd: folder.path,
      });
      const text = `${ran.stdout}${ran.stderr}`.replaceAll(/\s+/g, " ");
      return {
        name,
        what: /no lateen\.yaml was found, and the command needs [a-zA-Z]/.test(text),
        fix: text.includes("fix: write a lateen.yaml (lateen init), or name one with --config"),
      };
    }),
  );
  expect(said.filter(({ what, fix }) => !what || !fix)).toEqual([]);
});
