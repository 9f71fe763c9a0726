import type { Outcome } from "../output/exit-codes.table.ts";
import type { Ran } from "./program.ts";
import type { Check } from "./scenario.ts";
import type { World } from "./world.ts";

const short = (sha: string | undefined): string => sha?.slice(0, 7) ?? "nothing";

/** The command ended with this outcome and the exit code that belongs to it. */
export function ends({ argv, document, code }: Ran, outcome: Outcome, exit = 0): Check {
  const says = `${argv[0]} ended ${outcome}, exit ${exit}`;
  return { says, holds: document?.outcome === outcome && code === exit };
}

/** Every tenant runs the commit. */
export function fleetRuns(world: World, sha: string): Check {
  const running = world.running();
  return {
    says: `every one of ${world.tenants.slugs().length} tenants runs ${short(sha)}`,
    holds: running.length === 1 && running[0] === sha,
  };
}

/** No tenant was asked to move. */
export function fleetUntouched(world: World): Check {
  return { says: "no tenant was touched", holds: world.plane.moves().length === 0 };
}

/** `:latest` of every image was built from the commit. */
export function latestIs(world: World, sha: string): Check {
  return {
    says: `:latest of both images is ${short(sha)}`,
    holds: world.latest().every((commit) => commit === sha),
  };
}

/** The ledger holds these commits, newest first. */
export async function ledgerIs(world: World, ...shas: readonly string[]): Promise<Check> {
  const held = await world.ledger();
  const says = shas.length === 0 ? "the ledger is empty" : `the ledger says ${shas.map(short).join(", then ")}`;
  return { says, holds: held.join() === shas.join() };
}

export function names({ document }: Ran, what: string): Check {
  return { says: `the reason names ${what}`, holds: (document?.reason ?? "").includes(what) };
}

/** Anything else. */
export function that(says: string, holds: boolean): Check {
  return { says, holds };
}
