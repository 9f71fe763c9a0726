import { chmod, cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getuid } from "node:process";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { findBinaries } from "./binaries.ts";
import { reachableBy } from "./reachable.ts";
import { chooseUser } from "./run-as.ts";

const run = promisify(execFile);
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** The programs below a folder that is closed to others, and an open one for a copy of them. */
async function closedPrograms() {
  const folder = await mkdtemp(join(tmpdir(), "lateen-reachable-"));
  folders.push(folder);
  await chmod(folder, 0o755);
  const [closed, place] = [join(folder, "closed"), join(folder, "cache")];
  await mkdir(closed, { mode: 0o700 });
  const found = await findBinaries();
  const pack = dirname(dirname(dirname(found.initdb)));
  await cp(join(pack, "native"), join(closed, "native"), { recursive: true, verbatimSymlinks: true });
  await cp(join(pack, "package.json"), join(closed, "package.json"));
  const at = (name: string) => join(closed, "native/bin", name);
  return { place, binaries: { initdb: at("initdb"), postgres: at("postgres") } };
}

test("programs that everybody can reach, or that run as their owner, stay where they are", async () => {
  const found = await findBinaries();
  expect(await reachableBy({ prefix: [], uid: undefined, gid: undefined }, found, "/nowhere")).toEqual(found);
});

test.runIf(getuid?.() === 0)(
  "under root, programs in a closed folder are copied once, and make a database",
  async () => {
    const { place, binaries } = await closedPrograms();
    const as = await chooseUser(0);
    const umask = process.umask(0o077);
    const [one, two] = await Promise.all([reachableBy(as, binaries, place), reachableBy(as, binaries, place)]);
    process.umask(umask);
    expect(one).toEqual(two);
    expect(await readdir(place)).toEqual([expect.stringMatching(/^postgres-\d+\.\d+/)]);
    const data = join(place, "data");
    const { uid = 0, gid = 0, prefix } = as;
    await run("install", ["-d", "-m", "700", "-o", String(uid), "-g", String(gid), data]);
    const [program, ...args] = [...prefix, one.initdb, "-D", data, "--auth=trust", "--no-sync", "--locale=C"];
    const ids = prefix.length === 0 ? { uid, gid } : {};
    const { stdout } = await run(program, args, { ...ids, cwd: "/", env: { PATH: "/usr/bin:/bin" } });
    expect(stdout).toContain("Success");
  },
);
