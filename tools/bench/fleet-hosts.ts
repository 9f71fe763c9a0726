// `pnpm bench fleet-hosts [HOSTS]`: a rollout over hosts behind a real sshd on loopback, against a loop over `xargs -P`, which moves and
// proves nothing. Needs what tools/real-servers names.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { memoryJournal, rollOut } from "../../packages/fleet/src/index.ts";
import { createExecFleet } from "../../packages/fleet/src/exec/index.ts";
import { createFolderFleet } from "../../packages/fleet/src/testing/index.ts";
import { startSsh } from "../../packages/fleet/test/ssh-server.ts";
import { parseCommitSha, parseSlug, systemClock } from "../../packages/kernel/src/index.ts";

const { LATEEN_REAL_SSHD: sshd = "" } = process.env;
if (sshd === "") throw new Error("start it with tools/real-servers");

const hosts = Number(process.argv[2] ?? 200);
const concurrency = 32;
const [old, fresh] = ["a".repeat(40), "b".repeat(40)];
const slugs = Array.from({ length: hosts }, (_, index) => `h${index}`);
const ssh = await startSsh(sshd);
const folder = await createFolderFleet(slugs, old);
const [move, proof] = ["move.sh", "proof.sh"].map((script) => `${folder.folder}/${script}`);
const on = (...command: readonly string[]) => [...ssh.client, "127.0.0.1", command.join(" ")];
const env = { PATH: process.env["PATH"] ?? "", HOME: ssh.folder };
try {
  const xargs = await timed(() => xargsOver(on(`${move} {} ${fresh}`)));
  report(`xargs -P ${concurrency}, moves only`, xargs);
  const checked = xargs + (await timed(() => xargsOver(on(`${proof} {}`))));
  report(`xargs -P ${concurrency}, moves and one look at each`, checked);
  const { controlPlane, prober } = createExecFleet({
    name: "hosts",
    enumerate: folder.enumerate,
    cwd: folder.folder,
    env,
    concurrency,
    move: on(`${move} {slug} {sha}`),
    proof: on(`${proof} {slug}`),
  });
  if (prober === undefined) throw new Error("there is a proof");
  // Everything the other way, so that every host has something to do again.
  const release = { sha: parseCommitSha(old), digests: {}, tag: "old" };
  for (const [name, samples, matches] of [
    ["one look at each", 1, 1],
    ["two rounds of three looks (the default)", 3, 2],
  ] as const) {
    for (const slug of slugs) await folder.runs(slug, fresh);
    const ms = await timed(async () => {
      const verdict = await rollOut(
        {
          release,
          policy: {
            canary: [parseSlug("h0")],
            soakMs: 0,
            pace: { waves: ["100%"] },
            verify: { intervalMs: 500, samples, matches },
          },
        },
        { controlPlane, prober, journal: memoryJournal(), clock: systemClock },
      );
      if (verdict.kind !== "go") throw new Error(verdict.reason);
    });
    report(`lateen, canary first, ${name}`, ms);
    process.stdout.write(
      `   ${(ms / xargs).toFixed(2)} of xargs that moves, ${(ms / checked).toFixed(2)} of xargs that looks too\n`,
    );
  }
} finally {
  await ssh.close();
  await folder.close();
}

/** Runs a command for each host; `{}` is its name. */
async function xargsOver(command: readonly string[]): Promise<void> {
  const child = spawn("xargs", ["-P", String(concurrency), "-I", "{}", ...command], {
    env,
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(slugs.join("\n"));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`xargs ended with ${String(code)}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = systemClock.now();
  await work();
  return systemClock.now() - started;
}

function report(what: string, ms: number): void {
  const memory = Math.round(process.memoryUsage.rss() / 1024 / 1024);
  process.stdout.write(`${what}: ${hosts} hosts in ${(ms / 1_000).toFixed(1)} s, this process ${memory} MB\n`);
}
