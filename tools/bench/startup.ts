// `pnpm bench startup`: what a command costs before it does anything, from source and, after `pnpm build`, from the bundle; what
// `lateen gate` costs apart from its network, that is from its start to its first request and from the last answer to its end; and what an
// installation weighs. On a busy machine only the fastest of the runs means something.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitGraph, startGiteaFake } from "../../packages/gate/src/testing/index.ts";
import { createGitRepository } from "../../packages/git-log/src/testing/index.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "lateen-startup-"));
const repository = await createGitRepository();
const forge = await startGiteaFake({ graph: openGitGraph(repository.path), token: "token" });
const sha = await repository.commit({ message: "one" });
forge.addPush({ after: sha });
forge.setStatus({ sha, context: "CI", state: "success" });
/** In front of the forge: remembers its answers, to give them at once, and when the first request came and the last answer went. */
const answers = new Map<string, { status: number; body: string }>();
const network = { first: 0, last: 0, requests: 0 };
const front = createServer((request, response) => {
  if (network.requests++ === 0) network.first = performance.now();
  const path = request.url ?? "/";
  const ask = async () => {
    const { authorization = "", "user-agent": agent = "" } = request.headers;
    const answer = await fetch(forge.url + path, { headers: { authorization, "user-agent": agent } });
    return { status: answer.status, body: await answer.text() };
  };
  const reply = ({ status, body }: { status: number; body: string }) => {
    answers.set(path, { status, body });
    response.writeHead(status, { "content-type": "application/json" }).end(body);
    network.last = performance.now();
  };
  const known = answers.get(path);
  if (known === undefined) void ask().then(reply);
  else reply(known);
});
await once(front.listen(0, "127.0.0.1"), "listening");
writeFileSync(
  join(folder, "lateen.yaml"),
  `forge: { kind: gitea, url: "http://127.0.0.1:${(front.address() as AddressInfo).port}", repository: acme/core, token: { env: GITEA_TOKEN } }\ngate: { checks: [CI] }\n`,
);

const program = join(root, "packages/cli/dist/main.js");
const commands: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["bare Node", process.execPath, "--eval", ""],
  ["bin/lateen --help, from source", join(root, "bin/lateen"), "--help"],
  ...(existsSync(program)
    ? [
        ["lateen --help, bundled", process.execPath, program, "--help"] as const,
        ["lateen gate --help, bundled", process.execPath, program, "gate", "--help"] as const,
        ["lateen gate, bundled, without network", process.execPath, program, "gate", "--sha", sha] as const,
      ]
    : []),
];

async function milliseconds(command: string, args: readonly string[]): Promise<number> {
  Object.assign(network, { first: 0, last: 0, requests: 0 });
  const started = performance.now();
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache"), GITEA_TOKEN: "token" };
  const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${said}`);
  const whole = performance.now() - started;
  return whole - (network.last - network.first);
}

for (const [name, command, ...args] of commands) {
  await milliseconds(command, args);
  const times: number[] = [];
  for (let run = 0; run < 21; run++) times.push(await milliseconds(command, args));
  times.sort((left, right) => left - right);
  console.log(
    `${name.padEnd(40)} median ${times[10]!.toFixed(0).padStart(4)} ms   fastest ${times[0]!.toFixed(0).padStart(4)} ms`,
  );
}
console.log(`lateen gate sends ${network.requests} requests`);
const cli = join(root, "packages/cli");
const bytes = globSync("{dist/**,schema.json,package.json,README.md}", { cwd: cli })
  .map((file) => statSync(join(cli, file)))
  .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
const { dependencies = {} } = JSON.parse(readFileSync(join(cli, "package.json"), "utf8")) as { dependencies?: object };
console.log(`installed: ${(bytes / 2 ** 20).toFixed(1)} MB, ${1 + Object.keys(dependencies).length} package(s)`);

front.close();
await Promise.all([forge.close(), repository.close()]);
rmSync(folder, { recursive: true, force: true });
