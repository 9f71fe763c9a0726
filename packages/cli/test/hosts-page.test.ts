import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { examplesOf } from "./docs-examples.ts";
import type { Folder } from "./folder.ts";
import { startWorld, type World } from "./world.ts";

const examples = examplesOf("hosts");

// Each program of the page, played by one script: it finds out from its arguments which tenant it is about, moves it if it is given a
// commit, and says what it runs if it is not. What it was started with is written down.
const player = `#!/bin/sh
printf '%s' "$(basename "$0")" >> "$STATE/argv"
for arg in "$@"; do printf '\\t%s' "$arg" >> "$STATE/argv"; done
echo >> "$STATE/argv"
all="$*"
for slug in one two; do case "$all" in *"$slug"*) tenant=$slug ;; esac; done
sha=$(printf '%s' "$all" | sed -nE 's/.*(REVISION=|revision: .|release=|RELEASE=)([0-9a-f]{40}).*/\\2/p')
[ -z "$sha" ] || echo "$sha" > "$STATE/$tenant"
case "$all" in
  *inspect*|*"get pods"*|*release-commit*) cat "$STATE/$tenant" ;;
  *buildinfo*) printf '{"git_sha":"%s"}' "$(cat "$STATE/$tenant")" ;;
esac
`;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function play(yaml: string): Promise<{ readonly world: World; readonly folder: Folder }> {
  const world = await startWorld({ commits: 2, size: 1 });
  closing.push(world.close);
  const { folder } = world;
  const [before = ""] = world.commits;
  mkdirSync(join(folder.path, "bin"));
  for (const name of ["ssh", "kubectl", "ansible-playbook", "flyctl", "curl"]) {
    folder.write(`bin/${name}`, player);
    chmodSync(join(folder.path, "bin", name), 0o755);
  }
  for (const slug of ["one", "two"]) folder.write(slug, `${before}\n`);
  const rows = ["one", "two"].map((slug) => JSON.stringify({ slug, host: `${slug}.test`, context: "eu", app: slug }));
  for (const file of ["hosts.jsonl", "tenants.jsonl", "apps.jsonl"]) folder.write(file, `${rows.join("\n")}\n`);
  const registries = `registries: { "${world.registry.host}": { username: ci, password: { env: REGISTRY_PASSWORD } } }\n`;
  const quick = "  soak: 30ms\n  verify: { timeout: 2s, interval: 15ms }\n";
  // The page names no variable for the player's folder: it is handed on with those that it does name.
  const own = yaml
    .replaceAll("ghcr.io/acme/platform", `${world.registry.host}/acme/platform`)
    .replace(/env: \[/, "env: [STATE, ");
  const withState = own.includes("STATE") ? own : own.replace("kind: exec\n", "kind: exec\n      env: [STATE]\n");
  folder.write("lateen.yaml", `${registries}${withState}${quick}`);
  return { world, folder };
}

describe("the examples of the page about hosts", () => {
  test("there are four of them", () => {
    expect(examples.map(({ heading }) => heading)).toEqual([
      "Docker Compose over SSH",
      "kubectl",
      "Ansible",
      "A platform's program",
    ]);
  });

  test.each(examples)("$heading: both tenants are moved once, and proven", async ({ yaml }) => {
    const { world, folder } = await play(yaml);
    const sha = world.commits.at(-1) ?? "";
    const env = { STATE: folder.path, PATH: `${folder.path}/bin:${process.env["PATH"]}` };
    const ran = await world.lateen(["rollout", "--json", "--sha", sha], { env });
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: "shipped", fleet: { enumerated: 2, verified: 2 } });
    const argv = folder.read("argv").trim().split("\n");
    const digest = world.digest("acme/platform", -1);
    expect(argv.filter((line) => line.includes(digest))).toHaveLength(2);
    expect(argv.every((line) => !/\{[a-z]+\}/.test(line.replaceAll(/\{\{.*?\}\}|\{\..*?\}/g, "")))).toBe(true);
  });
});
