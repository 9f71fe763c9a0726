import { describe, expect, test } from "vitest";
import { runHere } from "../../test/run-lateen.ts";
import { commands } from "../commands/commands.table.ts";
import { helpTopics } from "./topics.ts";
import { twoColumns } from "./page.ts";

test("a long text goes on below its beginning", () => {
  expect(
    twoColumns([
      ["--sha", "x ".repeat(50).trim()],
      ["--long-name", "y"],
    ]),
  ).toEqual([
    `  --sha        ${"x ".repeat(33).trim()}`,
    `               ${"x ".repeat(17).trim()}`,
    "  --long-name  y",
  ]);
});

describe("at 80 columns", () => {
  const pages = [
    ["--help"],
    ...commands.map(({ name }) => [name, "--help"]),
    ...helpTopics.map(({ name }) => ["help", name]),
  ];
  test.each(pages.map((argv) => ({ argv, page: argv.join(" ") })))(
    "lateen $page is read without a fold",
    async ({ argv }) => {
      const { stdout } = await runHere(argv, { cwd: "/" });
      // A command is one line, so that it can be copied.
      const wide = stdout.split("\n").filter((line) => line.length > 80 && !/^ {2}lateen /.test(line));
      expect(wide).toEqual([]);
    },
  );
});
