// pnpm release --dry-run: packs every package as it would be published and says what that is: version, size, files, and the bill of
// materials of what is bundled or comes along. Without --dry-run it publishes, which only a workflow with an identity may do.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "lateen-release-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function run(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly repository?: { readonly url: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

const packages = readdirSync(join(root, "packages"))
  .map((name) => join(root, "packages", name))
  .map((path) => ({ path, manifest: JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest }))
  .filter(({ manifest }) => manifest.private !== true);

/** What the packed package says of itself: workspace dependencies have become versions. */
function describe({ path, manifest }: (typeof packages)[number]): string {
  const destination = join(folder, manifest.name);
  mkdirSync(destination, { recursive: true });
  run(path, "pnpm", "pack", "--pack-destination", destination);
  const tarball = join(destination, readdirSync(destination)[0]!);
  const files = run(folder, "tar", "-tzf", tarball).trim().split("\n");
  const packed = JSON.parse(run(folder, "tar", "-xzOf", tarball, "package/package.json")) as Manifest;
  const missing = ["package/README.md", "package/LICENSE"].filter((file) => !files.includes(file));
  const loose = Object.entries(packed.dependencies ?? {}).filter(([, range]) =>
    /^(?:workspace|catalog|file|link):/.test(range),
  );
  if (missing.length > 0) throw new Error(`${packed.name} lacks ${missing.join(", ")}`);
  if (loose.length > 0) throw new Error(`${packed.name} depends on ${loose.map((pair) => pair.join("@")).join(", ")}`);
  if (packed.repository === undefined) throw new Error(`${packed.name} names no repository, which provenance needs`);
  const size = Math.ceil(statSync(tarball).size / 1024);
  return `${packed.name}@${packed.version}  ${size} KiB in ${files.length} files`;
}

/** The bill of materials of all packages, CycloneDX. */
function components(): number {
  const text = run(root, "pnpm", "sbom", "--sbom-format", "cyclonedx", "--lockfile-only", "--prod");
  const { bomFormat, components: all } = JSON.parse(text) as { bomFormat: string; components: readonly unknown[] };
  if (bomFormat !== "CycloneDX" || all.length === 0) throw new Error("the bill of materials is empty");
  return all.length;
}

const isDryRun = process.argv.includes("--dry-run");
if (!isDryRun && process.env["ACTIONS_ID_TOKEN_REQUEST_URL"] === undefined) {
  console.error(
    "only a workflow with `id-token: write` publishes, so that every package carries provenance; try --dry-run",
  );
  process.exit(2);
}
console.log(run(root, "changeset", "status").trim());
for (const one of packages) console.log(describe(one));
console.log(`bill of materials (CycloneDX): ${components()} components`);
if (isDryRun) console.log("a dry run: nothing was published");
else run(root, "pnpm", "--recursive", "publish", "--provenance", "--access", "public", "--no-git-checks");
