import { expect, test } from "vitest";
import { widthOf } from "../src/output/terminal/width.ts";
import { createPaper, jobVariables, normalise, type Screen, screens, typedLine, widths } from "./screens.ts";
import { startWorld, type World } from "./world.ts";

/** The text of one screen, as a terminal of this width holds it. */
async function recorded(screen: Screen, world: World, columns: number): Promise<string> {
  const paper = createPaper();
  paper.write(`$ ${typedLine(screen, world)}\n`);
  const width = screen.isJob === true ? {} : { columns, answerColumns: columns };
  const ran = await world.lateen(screen.argv(world), {
    ...width,
    env: { LC_ALL: "C.UTF-8", ...(screen.isJob === true ? jobVariables(world) : {}) },
    onProgress: paper.write,
    onAnswer: paper.write,
    keyboard: {
      async ask(question) {
        paper.write(`${question}${screen.answer ?? ""}\n`);
        return screen.answer ?? "";
      },
      listen: () => () => undefined,
    },
  });
  paper.write(`exit ${ran.code}\n`);
  return normalise(paper.lines().join("\n"), world);
}

/** Words that may be wider than the terminal, since they are copied: addresses, commits, commands. */
const isWhole = (line: string): boolean =>
  /^ *(?:\$|next:|or:|to resume:|to go back:|to abandon:)? *lateen /.test(line) ||
  /\S{40}/.test(line) ||
  /^ *(?:next|or):/.test(line);

test.each(widths)(
  "every screen at %i columns is as it was recorded, and none is wider",
  { timeout: 240_000 },
  async (columns) => {
    const world = await startWorld({ size: 12 });
    try {
      for (const screen of screens) {
        await screen.before?.(world);
        const text = await recorded(screen, world, columns);
        await expect(text).toMatchFileSnapshot(`screens/${screen.name}.${columns}.txt`);
        const wide =
          screen.isJob === true ? [] : text.split("\n").filter((line) => widthOf(line) > columns && !isWhole(line));
        // What is offered is copied: the terminal may wrap it, a line break of ours would be in the copy.
        const broken = text.match(/^ *(?:next|or|to [a-z ]+): +lateen .*\n {2,}(?!or: )\S.*$/gm) ?? [];
        expect({ screen: screen.name, wide, broken: broken.filter((lines) => !/\n +to [a-z]+/.test(lines)) }).toEqual({
          screen: screen.name,
          wide: [],
          broken: [],
        });
      }
    } finally {
      await world.close();
    }
  },
);
