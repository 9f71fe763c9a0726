import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** User that runs the programs of PostgreSQL: it refuses to run as root. */
export interface RunAs {
  /** Goes before the program on the command line. */
  readonly prefix: readonly string[];
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/**
 * The user that PostgreSQL runs as. Under root it is the user `postgres`, or `nobody`; with the right to pass through folders that are
 * closed to others, since a folder of root's usually lies in one.
 */
export async function chooseUser(uid: number): Promise<RunAs> {
  if (uid !== 0) return { prefix: [], uid: undefined, gid: undefined };
  for (const name of ["postgres", "nobody"]) {
    const ids = await Promise.all([idOf(name, "-u"), idOf(name, "-g")]);
    const [user, group] = ids;
    if (user === undefined || group === undefined) continue;
    const prefix = ["setpriv", `--reuid=${user}`, `--regid=${group}`, "--clear-groups"];
    const capable = [...prefix, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
    if (await works([...capable, "true"])) return { prefix: capable, uid: user, gid: group };
    if (await works([...prefix, "true"])) return { prefix, uid: user, gid: group };
    return { prefix: [], uid: user, gid: group };
  }
  return { prefix: [], uid: undefined, gid: undefined };
}

async function idOf(name: string, what: string): Promise<number | undefined> {
  try {
    return Number((await run("id", [what, name])).stdout);
  } catch {
    return undefined;
  }
}

async function works([program = "", ...args]: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}
