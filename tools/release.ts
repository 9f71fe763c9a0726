// pnpm release --dry-run: makes everything that a release consists of and says what it is: the packages as they would be published with
// their sizes, the program as a single file, the bill of materials, and who signs what. With --files the files stay in `release`. Without
// either they stay there and the packages are staged on npm, which only the workflow's identity may do; a maintainer approves them there
// with a second factor.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAlias } from "./alias-package.ts";
import { buildPackages, packPackages } from "./pack-packages.ts";
import { stagePackages } from "./stage-packages.ts";

const root = join(import.meta.dirname, "..");
const isDryRun = process.argv.includes("--dry-run");
const stages = !isDryRun && !process.argv.includes("--files");
const folder = isDryRun ? mkdtempSync(join(tmpdir(), "lateen-release-")) : join(root, "release");
if (isDryRun) process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

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
  readonly repository?: { readonly url: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

function checked(tarball: string): string {
  const files = filesOf(tarball);
  const packed = JSON.parse(run(folder, "tar", "-xzOf", tarball, "package/package.json")) as Manifest;
  const missing = ["package/README.md", "package/LICENSE"].filter((file) => !files.includes(file));
  const loose = Object.entries(packed.dependencies ?? {}).filter(([, range]) =>
    /^(?:workspace|catalog|file|link):/.test(range),
  );
  if (missing.length > 0) throw new Error(`${packed.name} lacks ${missing.join(", ")}`);
  if (loose.length > 0) throw new Error(`${packed.name} depends on ${loose.map((pair) => pair.join("@")).join(", ")}`);
  // The program is one bundle whose lines and names are kept; every library is compiled, and a stack leads to its source.
  if (/^@lateen\/(?!cli$)/.test(packed.name) && !files.some((file) => file.endsWith(".js.map")))
    throw new Error(`${packed.name} has no source maps`);
  if (packed.repository === undefined) throw new Error(`${packed.name} names no repository, which provenance needs`);
  console.log(`${packed.name}@${packed.version}  ${sizeOf(tarball)} in ${files.length} files`);
  return tarball;
}

function filesOf(tarball: string): readonly string[] {
  return run(folder, "tar", "-tzf", tarball).trim().split("\n");
}

function sizeOf(file: string): string {
  return `${Math.ceil(statSync(file).size / 1024)} KiB`;
}

/** The program as one file, which has to run where nothing else is. */
function singleFile(version: string): void {
  const file = join(folder, "lateen.mjs");
  run(root, "node", "-C", "source", "tools/single-file.ts", file);
  const said = run(folder, "node", file, "--version").trim();
  if (said !== version) throw new Error(`lateen.mjs calls itself ${said}, and the packages are ${version}`);
  if (!run(folder, "node", file, "gate", "--help").startsWith("usage: lateen gate"))
    throw new Error("lateen.mjs shows no help of gate");
  console.log(`lateen.mjs ${said}  ${sizeOf(file)}: the program as one file`);
}

interface Component {
  readonly type: string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
}

/** The bill of materials, CycloneDX: what the packages bring along, and what the program has in its bundle. */
function billOfMaterials(): void {
  const text = run(root, "pnpm", "sbom", "--sbom-format", "cyclonedx", "--lockfile-only", "--prod");
  const bill = JSON.parse(text) as { readonly bomFormat: string; readonly components: readonly Component[] };
  const known = new Set(bill.components.map(({ purl }) => purl));
  const added = bundled().filter(({ purl }) => !known.has(purl));
  if (bill.bomFormat !== "CycloneDX" || added.length === 0) throw new Error("the bill of materials lacks the bundle");
  const components = [...bill.components, ...added];
  writeFileSync(join(folder, "sbom.cdx.json"), JSON.stringify({ ...bill, components }, null, 2));
  console.log(`sbom.cdx.json  bill of materials (CycloneDX): ${components.length} components`);
}

/** What is in the single file, from the licenses that were written next to it. */
function bundled(): readonly (Component & { readonly licenses: readonly unknown[] })[] {
  const text = readFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), "utf8");
  return [...text.matchAll(/^((?:@[\w.-]+\/)?[\w.-]+) (\d+\.\d+\.\S+) \((.+)\)$/gm)].map(
    ([, full = "", version = "", license = ""]) => {
      const [name = "", group] = full.split("/").toReversed();
      const purl = `pkg:npm/${full.replace("@", "%40")}@${version}`;
      return {
        type: "library",
        name,
        ...(group === undefined ? {} : { group }),
        version,
        purl,
        licenses: [{ expression: license }],
      };
    },
  );
}

function checksums(): void {
  const lines = readdirSync(folder)
    .toSorted()
    .map(
      (file) =>
        `${createHash("sha256")
          .update(readFileSync(join(folder, file)))
          .digest("hex")}  ${file}`,
    );
  writeFileSync(join(folder, "SHA256SUMS"), `${lines.join("\n")}\n`);
  console.log(`SHA256SUMS  of ${lines.length} files`);
}

/** What the workflow signs. Each sentence is printed only while the workflow has what makes it true. */
const signatures: readonly (readonly [parts: readonly string[], sentence: string])[] = [
  [["id-token: write", "pnpm release"], "provenance: of every package, by npm, from the identity of this workflow"],
  [
    ["attestations: write", "actions/attest-build-provenance@", "release/*"],
    "signatures: build provenance of every file",
  ],
  [["actions/attest-sbom@", "sbom-path: release/sbom.cdx.json"], "signatures: the bill of materials of lateen.mjs"],
  [["environment: npm"], "publishing: staged; a maintainer approves with a second factor"],
];

function saySignatures(): void {
  const workflow = readFileSync(join(root, ".github/workflows/release.yml"), "utf8");
  for (const [parts, sentence] of signatures) {
    const missing = parts.filter((part) => !workflow.includes(part));
    if (missing.length > 0) throw new Error(`release.yml lacks ${missing.join(", ")}: not true is "${sentence}"`);
    console.log(sentence);
  }
}

/** Largest bump of the changesets that wait for `pnpm bump`; without git, since `changeset status` fails on a branch that has consumed them. */
function pendingBump(): string | undefined {
  const texts = readdirSync(join(root, ".changeset"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => readFileSync(join(root, ".changeset", file), "utf8"));
  return ["major", "minor", "patch"].find((bump) =>
    texts.some((text) => new RegExp(`^".+": ${bump}$`, "m").test(text)),
  );
}

const bump = pendingBump();
if (stages && process.env["ACTIONS_ID_TOKEN_REQUEST_URL"] === undefined) {
  console.error(
    "only a workflow with `id-token: write` publishes, so that every package carries provenance; try --dry-run",
  );
  process.exit(2);
}
if (stages && bump !== undefined) {
  console.error(`changesets wait for a ${bump} release: merge what \`pnpm bump\` makes of them first`);
  process.exit(2);
}
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
if (bump !== undefined) console.log(`changesets wait: \`pnpm bump\` makes this a ${bump} release of every package`);
await buildPackages();
const packed = await packPackages(folder);
const tarballs = [...packed.map(({ tarball }) => checked(tarball)), checked(packAlias(folder))];
singleFile(packed[0]!.version);
billOfMaterials();
checksums();
saySignatures();
if (stages) {
  const refused = await stagePackages(tarballs);
  if (refused.length > 0) throw new Error(`not staged:\n${refused.join("\n")}`);
} else console.log(isDryRun ? "a dry run: nothing was published" : "the files are in release; nothing was published");
