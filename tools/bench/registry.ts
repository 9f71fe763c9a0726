// `pnpm bench registry [FOLDER [PARTS]]`: verified retags against docker-registry with token auth, 30 ms away in each direction, as whole processes,
// next to crane, regctl and skopeo if they are found in PATH or FOLDER; then the memory of a 2 GB copy between two registries, and the time of
// copies of 96 MiB, next to the same tools and oras.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { secret } from "../../packages/kernel/src/index.ts";
import { pushImage, startDockerRegistry, startTokenService } from "../../packages/registry/src/testing/index.ts";
import { type DelayedProxy, startDelayedProxy } from "./delayed-proxy.ts";
import { measureCopies } from "./registry-copy.ts";
import { measureMemory } from "./registry-memory.ts";
import { copiersOf, type Tool, toolsOf } from "./registry-tools.ts";
import { describeRatios, median, runProgram, type Taken } from "./run-program.ts";

const run = promisify(execFile);
const delayMs = 30;
const rounds = Number(process.env["ROUNDS"] ?? 7);
const images = 20;
const peers = process.argv[2] ?? "";
const parts = process.argv[3] ?? "12345";
const root = join(import.meta.dirname, "../..");
const built = join(root, "packages/cli/dist/main.js");
const robot = { username: "robot", password: "bench-password" };

/** One measured process. */
interface Measured extends Taken {
  readonly requests: number;
  readonly trips: number;
  readonly writes: number;
}

const folder = await mkdtemp(join(tmpdir(), "lateen-bench-"));
const env = {
  ...process.env,
  PATH: `${peers}${delimiter}${process.env["PATH"] ?? ""}`,
  DOCKER_CONFIG: folder,
  REGCTL_CONFIG: join(folder, "regctl.json"),
  // bin/lateen sets it as well; the first run fills it.
  NODE_COMPILE_CACHE: join(root, "node_modules/.cache/lateen-bench"),
};
const tokens = await startTokenService({ users: { [robot.username]: robot.password } });
const proxy = await startDelayedProxy(delayMs);
const registry = await startDockerRegistry({ auth: { ...tokens, realm: `${proxy.url}/token` } });
proxy.route("/token", new URL(tokens.realm).origin);
proxy.route("/", registry.url);
const auth = Buffer.from(`${robot.username}:${robot.password}`).toString("base64");
await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [proxy.host]: { auth } } }));
const [known, unknown] = [join(folder, "known.yaml"), join(folder, "unknown.yaml")];
await writeFile(known, `registries:\n  ${proxy.host}: { realm: "${proxy.url}/token", service: registry }\n`);
await writeFile(unknown, "registries: {}\n");

const lateen = existsSync(built) ? [process.execPath, built] : [join(root, "bin/lateen")];
const at = (repository: string, tag: string): string => `${proxy.host}/${repository}:${tag}`;
const tools = toolsOf({ lateen, known, unknown, host: proxy.host });

try {
  await seed();
  const present: Tool[] = [];
  for (const tool of tools) if (await exists(tool.command("x", "y")[0] ?? "")) present.push(tool);
  if (parts.includes("1")) await retags(present);
  if (parts.includes("2")) await many(present);
  if (parts.includes("3")) await right();
  if (parts.includes("5")) await copies();
  if (parts.includes("4")) await measureMemory([...lateen, "--config", unknown, "retag"], { env, cwd: folder });
} finally {
  await Promise.all([proxy.close(), registry.close(), tokens.close()]);
  await rm(folder, { recursive: true, force: true });
}

async function seed(): Promise<void> {
  for (let index = 0; index < images; index++) {
    for (const tag of ["one", "two"]) {
      const target = { host: registry.host, username: robot.username, password: secret(robot.password) };
      // The realm of the challenge is behind the proxy, on the same host name, so credentials go there.
      await pushImage(target, {
        repository: `acme/image-${index}`,
        tags: [tag],
        revision: tag === "one" ? "1".repeat(40) : "2".repeat(40),
      });
    }
  }
}

async function exists(program: string): Promise<boolean> {
  return (
    program.includes("/") ||
    (await run("sh", ["-c", `command -v ${program}`], { env })
      .then(() => true)
      .catch(() => false))
  );
}

async function measure(tool: Tool, tag: string): Promise<Measured> {
  proxy.reset();
  const taken = await runProgram(tool.command("acme/image-0", tag), { env, cwd: folder });
  return { ...taken, ...counts(proxy) };
}

function counts({ requests }: DelayedProxy): Omit<Measured, keyof Taken> {
  let trips = 0;
  let until = -1;
  for (const { begun, ended } of requests.toSorted((a, b) => a.ended - b.ended)) {
    if (begun < until) continue;
    trips++;
    until = ended;
  }
  const writes = requests.filter(
    ({ method, path }) => method !== "GET" && method !== "HEAD" && path !== "/token",
  ).length;
  return { requests: requests.length, trips, writes };
}

/** In every round each tool moves the tag once, so that all see the same machine. */
async function retags(present: readonly Tool[]): Promise<void> {
  const seen = new Map<string, Measured[]>(present.map((tool) => [tool.name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, tool] of present.entries()) {
      const measured = await measure(tool, (round * present.length + index) % 2 === 0 ? "two" : "one");
      // The first round fills caches of the disk and of Node's compiler.
      if (round > 0) seen.get(tool.name)?.push(measured);
    }
  }
  const crane = seen.get("crane tag") ?? seen.get(tools[0]?.name ?? "") ?? [];
  console.log(`\n1. one retag, cold (median of ${rounds}; ratios to crane of the same round, with their quarters)\n`);
  console.log("| tool | requests | sequential round trips | processor | wall | ratio |\n|---|---|---|---|---|---|");
  for (const [name, all] of seen) {
    const of = (key: keyof Measured): number => median(all.map((one) => one[key]));
    const ratio = describeRatios(all.map(({ ms }, round) => ms / (crane[round]?.ms ?? Number.NaN)));
    console.log(
      `| ${name} | ${of("requests")} | ${of("trips")} | ${of("processorMs").toFixed(0)} ms | ${of("ms").toFixed(0)} ms | ${ratio} |`,
    );
  }
}

/** Twenty images in one process of ours, against a loop over each peer. */
async function many(present: readonly Tool[]): Promise<void> {
  const script = join(root, "tools/bench/registry-many.ts");
  const ours = async (tag: string): Promise<number> => {
    const begun = performance.now();
    await run(process.execPath, ["--conditions=source", script, proxy.host, String(images), tag], { env, cwd: folder });
    return performance.now() - begun;
  };
  await ours("one");
  const mine = median([await ours("two"), await ours("one"), await ours("two")]);
  console.log(
    `\n2. ${images} images\n\n| tool | wall | ratio |\n|---|---|---|\n| lateen (library, one process) | ${mine.toFixed(0)} ms | 1.00 |`,
  );
  for (const tool of present.slice(2)) {
    const begun = performance.now();
    for (let index = 0; index < images; index++) {
      const [program = "", ...args] = tool.command(`acme/image-${index}`, "one");
      await run(program, args, { env, cwd: folder });
    }
    const ms = performance.now() - begun;
    console.log(`| ${tool.name}, a loop | ${ms.toFixed(0)} ms | ${(ms / mine).toFixed(2)} |`);
  }
}

async function copies(): Promise<void> {
  const missing = new Set<string>();
  for (const program of ["crane", "regctl", "oras", "skopeo"]) if (!(await exists(program))) missing.add(program);
  // All tools are given to know that the registries speak plain http, and none looks for it.
  const plain = join(folder, "plain.yaml");
  const copiers = async (hosts: readonly string[]) => {
    await writeFile(plain, `registries:\n${hosts.map((host) => `  ${host}: { insecure: true }\n`).join("")}`);
    const ours = [...lateen, "--config", plain];
    return copiersOf(ours, hosts).filter(({ command }) => !missing.has(command("", "")[0] ?? ""));
  };
  await measureCopies(copiers, { env, cwd: folder });
}

/** A tag that is right already, with a source by digest. */
async function right(): Promise<void> {
  const { stdout } = await run(
    lateen[0] ?? "",
    [...lateen.slice(1), "--config", known, "retag", at("acme/image-0", "one"), "latest", "--json"],
    { env, cwd: folder },
  );
  const {
    images: [image],
  } = JSON.parse(stdout) as { images: [{ digest: string }] };
  console.log("\n3. a tag that is right already\n\n| source | requests | writes | wall |\n|---|---|---|---|");
  for (const [name, source] of [
    ["tag", at("acme/image-0", "one")],
    ["digest", `${proxy.host}/acme/image-0@${image.digest}`],
  ] as const) {
    const tool: Tool = {
      name,
      command: () => [...lateen, "--config", known, "retag", source, "latest"],
    };
    const { requests, writes, ms } = await measure(tool, "");
    console.log(`| by ${name} | ${requests}, the token among them | ${writes} | ${ms.toFixed(0)} ms |`);
  }
}
