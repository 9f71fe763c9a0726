import { execFile } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { startWorld, type World } from "../src/demo/world.ts";
import { readPages, shellSamples } from "./shell-samples.ts";
import { root } from "./source-files.ts";

// Every block of shell of the documentation, typed into a real shell: in a clone of the repository of a demo world, under the configuration
// that the page shows, whose addresses are those of the world. Blocks that no machine of ours can run say why in the source of their page.

// The tutorial has a test of its own, which starts its world as a reader does.
const pages = readPages()
  .filter(({ page }) => page !== "apps/docs/tutorial.md")
  .map(({ page, text }) => ({ page, samples: shellSamples(page, text).filter(({ notRun }) => notRun === undefined) }))
  .filter(({ samples }) => samples.length > 0);

describe("what a person types from the documentation", () => {
  test("is there for every way of use", () => {
    expect(pages.length).toBeGreaterThan(10);
  });

  test.each(pages)("$page", { timeout: 300_000 }, async ({ samples }) => {
    const flavour = samples.some(({ configuration = "" }) => configuration.includes("kind: github"))
      ? "github"
      : "gitea";
    const world = await startWorld({ flavour, commits: 2 });
    try {
      const folder = join(world.folder, "clone");
      await world.repository.git("clone", "--quiet", world.repository.path, folder);
      symlinkSync(join(root, "bin"), join(folder, "bin"));
      await world.repository.git("-C", folder, "remote", "set-url", "origin", "https://git.example.com/acme/core.git");
      if ("setCheckRun" in world.forge)
        for (const sha of world.commits) world.forge.setCheckRun({ sha, name: "all-required" });
      for (const sample of samples) {
        writeFileSync(join(folder, "lateen.yaml"), configure(sample.configuration, world));
        const script = placed(`${sample.before ?? ""}\nset -x\n${sample.code}`, world);
        const ran = await bash(script, folder, world);
        expect(ran.code, `${sample.page}:${sample.line}\n${ran.output}`).toBe(sample.endsWith);
      }
    } finally {
      await world.close();
    }
  });
});

/** The shell of a reader: with the program on the path, the tokens of the world, and without a keyboard. */
function bash(script: string, cwd: string, world: World): Promise<{ readonly code: number; readonly output: string }> {
  const [older = "", sha = ""] = world.commits.slice(-2);
  const env = {
    PATH: `${join(root, "bin")}:${process.env["PATH"]}`,
    HOME: cwd,
    NO_COLOR: "1",
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
    ...world.env,
    GITEA_TOKEN: world.env["FORGE_TOKEN"],
    GITHUB_TOKEN: world.env["FORGE_TOKEN"],
    CP_STAGING_TOKEN: world.env["CP_ADMIN_API_TOKEN"],
    OLDER: older,
    SHA: sha,
  };
  return new Promise((resolve) => {
    execFile("bash", ["--norc", "-euo", "pipefail", "-c", script], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` }),
    );
  });
}

/** A page's text with the addresses, commits and digests of the world in the place of its examples. */
function placed(text: string, world: World): string {
  const { forge, registry, plane, tenants, commits } = world;
  const sha = commits.at(-1) ?? "";
  const digest = world.digest("acme/platform", sha);
  return text
    .replaceAll(/https:\/\/[\w.]+\/acme\/core\.git/g, world.repository.path)
    .replaceAll(/https:\/\/(?:git\.example\.com|github\.com)(?![/\w])/g, forge.url)
    .replaceAll(/https:\/\/\{slug\}[\w.]*\.example\.com\/buildinfo/g, tenants.buildinfo)
    .replaceAll(/https:\/\/api[\w.]*\.example\.com/g, plane.url)
    .replaceAll(
      /\b(?:ghcr\.io|(?:git|registry)\.example\.com|\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com)(?=\/)/g,
      registry.host,
    )
    .replaceAll("EXAMPLES", join(root, "examples"))
    .replaceAll(/sha256:0{64}/g, digest)
    .replaceAll("--to SHA", `--to ${commits.at(-2)}`)
    .replaceAll(/(?<![$\w])SHA(?![\w=])/g, sha)
    .replaceAll(/\b(?:abcdef1|1a2b3c4)\b/g, sha.slice(0, 7));
}

/** The configuration of the page over that of the world: every section as the page has it, with durations of a world. */
function configure(text: string | undefined, world: World): string {
  const own = parse(readFileSync(join(world.folder, "lateen.yaml"), "utf8")) as Sections;
  const { registries: _, ...shown } = parse(
    placed(text ?? "{}", world).replaceAll(/soak: \w+/g, "soak: 60ms"),
  ) as Sections;
  const merged: Sections = { ...own, ...shown };
  for (const section of ["forge", "release", "promote", "killSwitch"])
    merged[section] = { ...own[section], ...shown[section] };
  if (shown["promote"]?.["targets"] !== undefined) delete merged["promote"]?.["tags"];
  if (shown["fleet"] !== undefined) {
    const { soak, verify, journal } = own["fleet"] ?? {};
    merged["fleet"] = { ...shown["fleet"], soak, verify, journal };
  }
  if (shown["gate"] !== undefined) {
    const { poll, settle, appearWithin, timeout } = own["gate"] ?? {};
    merged["gate"] = { ...shown["gate"], poll, settle, appearWithin, timeout };
  }
  return JSON.stringify(merged, null, 2);
}

type Sections = Record<string, Record<string, unknown>>;
