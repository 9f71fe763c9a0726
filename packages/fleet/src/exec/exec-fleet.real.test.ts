import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parseCommitSha, parseSlug, systemClock } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beforeSha, describeRolloutScenarios, scenarioSlugs, targetSha } from "../../test/rollout-scenarios.ts";
import type { NonEmpty, Tenant } from "../ports/tenant.ts";
import { describeControlPlaneContract } from "../testing/contracts.ts";
import { createFolderFleet, type FolderFleet } from "../testing/folder-fleet.ts";
import { createExecFleet } from "./index.ts";
import type { ExecFleetOptions } from "./commands.ts";

const { LATEEN_REAL_SSHD: sshd = "" } = process.env;
const release = { sha: parseCommitSha(targetSha), tag: "staging-bbbbbbb", digests: {} };
const settings = { soakMs: 0, batch: 1, maxStragglers: 0 };

interface SshServer {
  readonly folder: string;
  /** Arguments of ssh up to the host. */
  readonly client: readonly string[];
  /** Answers with another host key from now on. */
  changeHostKey(): Promise<void>;
  close(): Promise<void>;
}

/** OpenSSH's own server and client on loopback, with keys of their own. */
async function startSsh(): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-ssh-"));
  await chmod(folder, 0o700);
  const at = (name: string) => join(folder, name);
  const port = await freePort();
  const makeKey = (name: string) => execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
  for (const name of ["host", "other-host", "user"]) makeKey(name);
  await writeFile(at("authorized"), execFileSync("cat", [at("user.pub")]));
  if (userInfo().uid === 0) await mkdir("/run/sshd", { recursive: true });
  const configFor = (key: string) =>
    `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${at(key)}\nAuthorizedKeysFile ${at("authorized")}\nStrictModes no\nUsePAM no\nPidFile none\nMaxStartups 200\nMaxSessions 200\n`;
  const start = async (key: string): Promise<ChildProcess> => {
    await writeFile(at("config"), configFor(key));
    const child = spawn(sshd, ["-D", "-e", "-f", at("config")], { stdio: "ignore" });
    for (let tries = 0; tries < 100; tries++) {
      const up = await new Promise<boolean>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
        socket.once("connect", () => socket.destroy());
      });
      if (up) return child;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("sshd does not come up");
  };
  let server = await start("host");
  const [, publicKey = "", text = ""] =
    /(\S+) (\S+)/.exec(execFileSync("cat", [at("host.pub")], { encoding: "utf8" })) ?? [];
  await writeFile(at("known"), `[127.0.0.1]:${port} ${publicKey} ${text}\n`);
  const options = [
    "BatchMode=yes",
    `UserKnownHostsFile=${at("known")}`,
    "StrictHostKeyChecking=yes",
    "IdentitiesOnly=yes",
    "LogLevel=ERROR",
  ];
  const stop = async () => {
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  };
  return {
    folder,
    client: ["ssh", "-F", "none", "-p", String(port), "-i", at("user"), ...options.flatMap((option) => ["-o", option])],
    async changeHostKey() {
      await stop();
      server = await start("other-host");
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe.runIf(sshd !== "")("over real SSH", () => {
  let ssh: SshServer;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => void (ssh = await startSsh()));
  afterAll(async () => {
    for (const close of closing) await close();
    await ssh.close();
  });

  /** The folder is what every host has; a host is reached through ssh, as the documentation shows. */
  const optionsFor = (folder: FolderFleet, more: Partial<ExecFleetOptions> = {}): ExecFleetOptions => ({
    name: "hosts",
    enumerate: folder.enumerate,
    move: [...ssh.client, "127.0.0.1", `${folder.folder}/move.sh {slug} {sha}`],
    proof: [...ssh.client, "127.0.0.1", `${folder.folder}/proof.sh {slug}`],
    cwd: folder.folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: ssh.folder },
    // The rollouts of a child run on a clock that is twenty times as fast; ssh is not.
    proofTimeoutMs: 600_000,
    enumerateTimeoutMs: 600_000,
    ...more,
  });

  const start = async (slugs: readonly string[]) => {
    const folder = await createFolderFleet(slugs, beforeSha);
    closing.push(folder.close);
    return folder;
  };

  const fleetOf = (options: ExecFleetOptions) => {
    const { controlPlane, prober } = createExecFleet(options);
    if (prober === undefined) throw new Error("there is a proof");
    return { controlPlane, prober };
  };

  describeControlPlaneContract(
    "SSH",
    async () => ({ ...fleetOf(optionsFor(await start(["t1", "t2", "t3"]))), release }),
    { describe, test },
  );

  describeRolloutScenarios(
    "SSH",
    async () => {
      const folder = await start(scenarioSlugs);
      const options = optionsFor(folder);
      const many = Array.from({ length: 20 }, () => "fails" as const);
      return {
        ...fleetOf(options),
        driver: { kind: "exec", options },
        breakMoves: (slug) => folder.meet(slug, ...many),
        set: (slug, sha) => folder.runs(slug, sha),
        mix: (slug) => folder.mix(slug, [beforeSha, targetSha]),
        moves: folder.moves,
        slow: () => folder.slow(0.5),
        close: async () => undefined,
      };
    },
    release,
  );

  const tenants = (...slugs: string[]) =>
    slugs.map((slug) => ({ slug: parseSlug(slug), plane: "hosts" })) as unknown as NonEmpty<Tenant>;

  test("a command that dies on the other side is 255, and failed; one that outlasts its time is in doubt", async () => {
    const folder = await start(["t1", "t2"]);
    await folder.meet("t1", "dies");
    await folder.meet("t2", "hangs");
    const { controlPlane } = fleetOf(optionsFor(folder, { timeoutMs: 4_000 }));
    expect(await controlPlane.redeploy(tenants("t1", "t2"), release, settings)).toMatchObject({
      kind: "answered",
      rows: expect.arrayContaining([
        expect.objectContaining({ slug: "t1", hasError: true }),
        expect.objectContaining({ slug: "t2", inDoubt: true, reason: expect.stringContaining("not done after 4 s") }),
      ]),
    });
  });

  test("64 hosts side by side", async () => {
    const slugs = Array.from({ length: 64 }, (_, index) => `t${index}`);
    const folder = await start(slugs);
    const { controlPlane, prober } = fleetOf(optionsFor(folder, { clock: systemClock }));
    const answer = await controlPlane.redeploy(tenants(...slugs), release, settings);
    expect(answer.kind === "answered" ? answer.rows.filter(({ hasError }) => hasError) : answer).toEqual([]);
    expect(await prober.buildinfo(tenants("t63")[0])).toEqual({ kind: "found", value: targetSha });
  });

  // The last one: the host stays another afterwards.
  test("a host key that has changed: no tenant is moved, and nothing is proven", async () => {
    const folder = await start(["t1"]);
    await ssh.changeHostKey();
    const { controlPlane, prober } = fleetOf(optionsFor(folder));
    expect(await controlPlane.redeploy(tenants("t1"), release, settings)).toMatchObject({
      rows: [{ slug: "t1", hasError: true, reason: expect.stringMatching(/ended with 255.*[Hh]ost key/) }],
    });
    expect(await prober.buildinfo(tenants("t1")[0])).toMatchObject({ kind: "unknown", cause: { code: "EXEC_FAILED" } });
    expect(await folder.moves()).toEqual([]);
  });
});
