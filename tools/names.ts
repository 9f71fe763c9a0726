// pnpm names OWNER/REPOSITORY @ORGANISATION/TEAM: puts the real names of the project in the place of the present ones, everywhere. The
// present ones are in names.json next to this file, which is their single place.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const file = join(import.meta.dirname, "names.json");
const present = JSON.parse(readFileSync(file, "utf8")) as { readonly repository: string; readonly maintainers: string };
const [repository, maintainers] = process.argv.slice(2);
if (!/^[\w.-]+\/[\w.-]+$/.test(repository ?? "") || !/^@[\w.-]+(?:\/[\w.-]+)?$/.test(maintainers ?? "")) {
  console.error("pnpm names OWNER/REPOSITORY @ORGANISATION/TEAM");
  process.exit(2);
}
const tracked = execFileSync("git", ["grep", "-lzF", "-e", present.repository, "-e", present.maintainers], {
  cwd: root,
  encoding: "utf8",
});
for (const path of tracked.split("\0").filter((name) => name !== "")) {
  const text = readFileSync(join(root, path), "utf8");
  const changed = text
    .replaceAll(present.repository, repository ?? "")
    .replaceAll(present.maintainers, maintainers ?? "");
  writeFileSync(join(root, path), changed);
  console.log(path);
}
