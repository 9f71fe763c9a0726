import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { bundledBin } from "./bundled-programs.ts";
import { jobVariables, normalise, type Screen, screens, typedLine, widths } from "./screens.ts";
import { openTerminal, type Terminal } from "./tmux.ts";
import { startWorld, tokens, type World } from "./world.ts";

const program = process.env["LATEEN_REAL_TMUX"] ?? "";

/** What the terminal holds of the last line that was typed, and of all that came of it. */
async function recorded(at: Terminal, screen: Screen, world: World): Promise<string> {
  const line = typedLine(screen, world);
  await at.enter(`${line}; echo "exit $?"`);
  if (screen.answer !== undefined) {
    await at.shows("Continue? [y/N]", 60_000);
    await at.enter(screen.answer);
  }
  const until = Date.now() + 60_000;
  let [held, from, end]: [readonly string[], number, number] = [[], -1, -1];
  while (end < 0) {
    if (Date.now() > until) throw new Error(`${line} does not end:\n${held.join("\n")}`);
    held = await at.history();
    from = held.findLastIndex((one) => one.startsWith(`$ ${line}; echo`));
    end = held.findIndex((one, index) => index > from && /^exit \d+$/.test(one));
    await pause(50);
  }
  return normalise([`$ ${line}`, ...held.slice(from + 1, end + 1)].join("\n"), world);
}

describe.skipIf(program === "")("in a real terminal", () => {
  // Side by side: most of a screen is waiting for it.
  test.concurrent.each(widths)(
    "every screen at %i columns is as it was recorded",
    { timeout: 400_000 },
    async (columns) => {
      const world = await startWorld({ size: 12 });
      const at = await openTerminal({
        program,
        cwd: world.folder.path,
        columns,
        rows: 50,
        env: { ...tokens, PATH: `${bundledBin}:${process.env["PATH"]}`, GITHUB_ACTOR: "octavia" },
      });
      try {
        for (const screen of screens) {
          await screen.before?.(world);
          // The log of a job has no width: it is run, and not looked at.
          const text =
            screen.isJob === true
              ? void (await world.lateen(screen.argv(world), { env: jobVariables(world) }))
              : await recorded(at, screen, world);
          if (text === undefined) continue;
          const kept = readFileSync(`${import.meta.dirname}/screens/${screen.name}.${columns}.txt`, "utf8");
          expect(text, screen.name).toBe(kept);
        }
      } finally {
        at.close();
        await world.close();
      }
    },
  );
});
