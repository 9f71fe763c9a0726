import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reporter } from "@lateen/kernel";
import type { Host } from "../host.ts";
import type { CommandEvent } from "../output/events.ts";
import { wayBackLine } from "../pipeline/way-back.ts";
import { programOf } from "./program.ts";
import type { World } from "./world.ts";

/** Adds a release that no one has shipped yet, says how to drive the world from another terminal, and waits for Ctrl-C. */
export async function keep(
  world: World,
  { stdout, signal, clock }: Pick<Host, "stdout" | "signal" | "clock">,
  report: Reporter<CommandEvent>,
): Promise<void> {
  world.clock.followMachine();
  const unfinished = await unfinishedIn(world);
  const sha = unfinished?.sha ?? (await world.release({ message: "Something to ship" }));
  const file = join(world.folder, "env.sh");
  const variables = Object.entries(world.env).map(([name, value]) => `export ${name}=${value}`);
  await writeFile(file, `${variables.join("\n")}\n`);
  stdout.write(unfinished === undefined ? commands(world, file, sha) : wayOut(world, file, unfinished));
  while (!signal.aborted) {
    // Somebody works elsewhere in the meantime: no sign of life is wanted here.
    report({ type: "narrated", text: "" });
    await clock.sleep(20_000, signal).catch(() => undefined);
  }
}

/** The rollout that the scenario left unfinished or halted; nothing else can be shipped before it is settled. */
async function unfinishedIn({ folder }: World): Promise<Unfinished | undefined> {
  const [{ inspectJournal }, { createFileJournal }] = await Promise.all([
    import("@lateen/fleet"),
    import("@lateen/fleet/journal-file"),
  ]);
  const status = await inspectJournal(createFileJournal({ folder: join(folder, ".lateen") })).catch(() => undefined);
  if (status === undefined || status.state === "abandoned") return undefined;
  const { outcome = "unfinished" } = status;
  if (outcome === "shipped" || outcome === "unchanged") return undefined;
  const { sha } = status.release;
  const back = wayBackLine({ commit: sha, before: status.before, hasLedger: true });
  // One that is unfinished is given up first: its commit is then no longer in the way.
  return { sha, outcome, back: outcome === "unfinished" ? undefined : back };
}

interface Unfinished {
  readonly sha: string;
  readonly outcome: string;
  /** The line that goes back to what ran before. */
  readonly back: string | undefined;
}

function wayOut({ folder, env }: World, file: string, { sha, outcome, back }: Unfinished): string {
  const lateen = programOf().join(" ");
  const short = sha.slice(0, 7);
  return `
The world stays up until Ctrl-C; the rollout of ${short} is ${outcome}. From another terminal:

  cd ${folder}
  . ./${file.slice(folder.length + 1)}      # ${Object.keys(env).join(", ")}

  ${lateen} status                     # how things are, and what is unfinished
  ${lateen} explain                    # why
  ${lateen} ship --sha ${short}          # look again, and continue
  ${lateen} rollout --abandon          # abandon it: tenants stay as they are
${back === undefined ? "" : `  ${back.replace("lateen", lateen).replace("TEXT", "'try it'")}\n`}`;
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
