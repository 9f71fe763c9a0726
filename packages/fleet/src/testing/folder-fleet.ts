import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Behaviour of the `move` of one tenant, once.
 *
 * `later`: exit 75, nothing moved · `later-moved`: exit 75 although it moved · `fails`: exit 3 · `dies`: ends by SIGKILL
 * before the effect · `dies-moved`: the same after it · `hangs`: never ends, nothing moved · `floods`: prints without end ·
 * `leaves-child`: moves, and leaves a child in its process group that prints its own process id to `child.pid` · `lies`: exit 0
 * and nothing moved · `breaks`: moves, and the proof fails from then on.
 */
export type MoveManner =
  | "later"
  | "later-moved"
  | "fails"
  | "dies"
  | "dies-moved"
  | "hangs"
  | "floods"
  | "leaves-child"
  | "lies"
  | "breaks";

/** A fleet that is a folder: a folder for each tenant with the commit that it runs, and the three commands as scripts. */
export interface FolderFleet {
  readonly folder: string;
  readonly enumerate: readonly string[];
  readonly move: readonly string[];
  readonly proof: readonly string[];
  /** Commit of a tenant; changes it if given. */
  runs(slug: string, sha?: string): Promise<string>;
  /** Sets the next moves of a tenant, one each; afterwards they go well. */
  meet(slug: string, ...manners: readonly MoveManner[]): Promise<void>;
  /** Makes the proof of a tenant print all of `shas`, whatever it is moved to. */
  mix(slug: string, shas: readonly string[]): Promise<void>;
  /** Time that each move takes, in seconds. */
  slow(seconds: number): Promise<void>;
  /** A file of the folder. */
  read(name: string): Promise<string>;
  /** Slugs in the order in which their moves began. */
  moves(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const moveScript = `#!/bin/sh
# move SLUG SHA
cd "$(dirname "$0")/tenants/$1" || exit 1
echo "$1" >> ../../moves
manner=$(head -n 1 manners 2>/dev/null)
[ -z "$manner" ] || { tail -n +2 manners > left; mv left manners; }
[ ! -e ../../pause ] || sleep "$(cat ../../pause)"
moves() { printf '%s\\n' "$1" > new && mv new commit; }
case "$manner" in
  later) exit 75 ;;
  later-moved) moves "$2"; exit 75 ;;
  fails) echo "password=hunter2 is wrong" >&2; exit 3 ;;
  dies) kill -KILL $$ ;;
  dies-moved) moves "$2"; kill -KILL $$ ;;
  hangs) while :; do sleep 1; done ;;
  floods) moves "$2"; while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done ;;
  leaves-child) moves "$2"; sh -c 'echo $$ > child.pid; exec sleep 600' & while [ ! -s child.pid ]; do :; done ;;
  lies) ;;
  breaks) moves "$2"; touch broken ;;
  *) moves "$2" ;;
esac
`;

const proofScript = `#!/bin/sh
# proof SLUG
cd "$(dirname "$0")/tenants/$1" || exit 1
[ ! -e broken ] || exit 1
cat mixed 2>/dev/null || cat commit
`;

const enumerateScript = `#!/bin/sh
cat "$(dirname "$0")/rows"
`;

/** Makes a {@link FolderFleet} whose tenants run `sha`. */
export async function createFolderFleet(slugs: readonly string[], sha: string): Promise<FolderFleet> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-folder-fleet-"));
  const at = (slug: string, file: string) => join(folder, "tenants", slug, file);
  const scripts = { "enumerate.sh": enumerateScript, "move.sh": moveScript, "proof.sh": proofScript };
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  await writeFile(
    join(folder, "rows"),
    slugs.map((slug) => `${JSON.stringify({ slug, host: `${slug}.test` })}\n`).join(""),
  );
  await writeFile(join(folder, "moves"), "");
  for (const slug of slugs) {
    await mkdir(join(folder, "tenants", slug), { recursive: true });
    await writeFile(at(slug, "commit"), `${sha}\n`);
  }
  return {
    folder,
    enumerate: ["./enumerate.sh"],
    move: ["./move.sh", "{slug}", "{sha}"],
    proof: ["./proof.sh", "{slug}"],
    async runs(slug, commit) {
      if (commit !== undefined) await writeFile(at(slug, "commit"), `${commit}\n`);
      return (await readFile(at(slug, "commit"), "utf8")).trim();
    },
    mix: (slug, shas) => writeFile(at(slug, "mixed"), shas.map((each) => `${each}\n`).join("")),
    slow: (seconds) => writeFile(join(folder, "pause"), String(seconds)),
    read: (name) => readFile(join(folder, name), "utf8"),
    meet: (slug, ...manners) => writeFile(at(slug, "manners"), manners.map((manner) => `${manner}\n`).join("")),
    moves: async () => (await readFile(join(folder, "moves"), "utf8")).split("\n").filter((line) => line !== ""),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
