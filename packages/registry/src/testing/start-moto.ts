import { spawn } from "node:child_process";
import { once } from "node:events";
import { systemClock } from "@lateen/kernel";
import { freePort } from "./free-port.ts";

/** A running `moto_server`. */
export interface Moto {
  readonly url: string;
  close(): Promise<void>;
}

/** Ends the program when our end of its input closes, also when this process is killed. */
const watched = '"$0" -H 127.0.0.1 -p "$1" & program=$!; cat >/dev/null; kill -9 $program';

/** Starts moto's server of the AWS APIs on a free port. */
export async function startMoto(program: string): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn("sh", ["-c", watched, program, String(port)], { stdio: ["pipe", "ignore", "ignore"] });
  for (let tries = 0; !(await answers(url)); tries++) {
    if (child.exitCode !== null || tries > 1_200) throw new Error(`${program} did not start`);
    await systemClock.sleep(50);
  }
  return {
    url,
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return await fetch(url).then(
    () => true,
    () => false,
  );
}
