import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reporter } from "@lateen/kernel";
import type { Host } from "../host.ts";
import type { CommandEvent } from "../output/events.ts";
import { programOf } from "./program.ts";
import type { World } from "./world.ts";

/** Adds a release that no one has shipped yet, says how to drive the world from another terminal, and waits for Ctrl-C. */
export async function keep(
  world: World,
  { stdout, signal, clock }: Pick<Host, "stdout" | "signal" | "clock">,
  report: Reporter<CommandEvent>,
): Promise<void> {
  const sha = await world.release({ message: "Something to ship" });
  const file = join(world.folder, "env.sh");
  const variables = Object.entries(world.env).map(([name, value]) => `export ${name}=${value}`);
  await writeFile(file, `${variables.join("\n")}\n`);
  stdout.write(commands(world, file, sha));
  while (!signal.aborted) {
    // Somebody works elsewhere in the meantime: no sign of life is wanted here.
    report({ type: "narrated", text: "" });
    await clock.sleep(20_000, signal).catch(() => undefined);
  }
}

function commands({ folder, commits, registry, env }: World, file: string, sha: string): string {
  const lateen = programOf().join(" ");
  const short = sha.slice(0, 7);
  const before = commits.at(-2)?.slice(0, 7);
  return `
The world stays up until Ctrl-C. From another terminal:

  cd ${folder}
  . ./${file.slice(folder.length + 1)}      # ${Object.keys(env).join(", ")}

  ${lateen} gate --sha ${short}
  ${lateen} plan --sha ${short}
  ${lateen} ship --sha ${short}           # the commit that is not shipped yet
  ${lateen} verify --sha ${short}
  ${lateen} superseded --sha ${before}     # an older one
  ${lateen} inspect ${registry.host}/acme/platform:latest
  ${lateen} retag ${registry.host}/acme/platform:staging-${short} try-${short}
`;
}
