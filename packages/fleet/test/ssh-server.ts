import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** A real sshd on a free port of loopback, and what a client needs for it. */
export interface SshServer {
  readonly folder: string;
  /** Arguments of ssh up to the host. */
  readonly client: readonly string[];
  /** The same over one connection that is open already: a session costs a tenth of the processor's time of a connection. */
  readonly sharing: readonly string[];
  /** Answers with another host key from now on. */
  changeHostKey(): Promise<void>;
  close(): Promise<void>;
}

/** OpenSSH's own server and client on loopback, with keys of their own. */
export async function startSsh(sshd: string): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-ssh-"));
  await chmod(folder, 0o700);
  const at = (name: string) => join(folder, name);
  const port = await freePort();
  const makeKey = (name: string) => execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
  for (const name of ["host", "other-host", "user"]) makeKey(name);
  await writeFile(at("authorized"), execFileSync("cat", [at("user.pub")]));
  // bash reads the account's ~/.bashrc for commands over ssh: what that starts is no part of a test.
  const emptyHome = `SetEnv HOME=${folder}`;
  if (userInfo().uid === 0) await mkdir("/run/sshd", { recursive: true });
  const configFor = (key: string) => `Port ${port}
ListenAddress 127.0.0.1
HostKey ${at(key)}
AuthorizedKeysFile ${at("authorized")}
StrictModes no
UsePAM no
PidFile none
MaxStartups 200
MaxSessions 200
${emptyHome}
`;
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
  const client = ["ssh", "-F", "none", "-p", String(port), "-i", at("user"), ...options.flatMap((one) => ["-o", one])];
  const [ssh = "", ...argv] = client;
  // -f returns once the connection is there.
  const sharing = ["-S", at("shared")];
  execFileSync(ssh, [...argv, ...sharing, "-M", "-N", "-f", "127.0.0.1"], { stdio: "ignore" });
  const stop = async () => {
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  };
  return {
    folder,
    client,
    sharing: [...client, ...sharing],
    async changeHostKey() {
      await stop();
      server = await start("other-host");
    },
    async close() {
      spawnSync(ssh, [...argv, ...sharing, "-O", "exit", "127.0.0.1"], { stdio: "ignore" });
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
