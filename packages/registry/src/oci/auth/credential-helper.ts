import { type Clock, createDeadlines, secret } from "@lateen/kernel";
import { z } from "zod";
import { registryError } from "../../errors.ts";
import { buildOnce } from "../../model/build-once.ts";
import type { Credentials } from "./credentials.ts";

/** Longest run of a helper in milliseconds; those of the clouds fetch a token first, which takes seconds. */
const helperDeadlineMs = 30_000;

/** Longest time in milliseconds between the end of a helper and that of its output, which a process that it has left behind may hold open. */
const lastOutputMs = 500;

/** Longest output in bytes. */
const longestOutput = 64 * 1024;

const answerSchema = buildOnce(() => z.object({ Username: z.string(), Secret: z.string() }));

/** Helper, server and environment of one call. */
export interface HelperRequest {
  /** The part after `docker-credential-`. */
  readonly name: string;
  readonly server: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks a docker credential helper; undefined if it knows nothing of the server. Its output never becomes part of an error.
 *
 * Source: github.com/docker/docker-credential-helpers, README, "Development": `get` with the server on stdin, JSON on stdout; the user
 * `<token>` means that the secret is an identity token.
 * @throws ReleaseError `REGISTRY_CREDENTIALS_UNREADABLE`
 */
export async function askHelper(request: HelperRequest, clock: Clock): Promise<Credentials | undefined> {
  const { name } = request;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw helperFailed(name.replace(/[^A-Za-z0-9._-]/g, "?"), "its name is not that of a program");
  const { code, output } = await run(request, clock);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw helperFailed(name, code === undefined ? "it could not be run, or took too long" : `it ended with ${code}`);
  }
  const answer = answerSchema().safeParse(parse(output));
  if (!answer.success) throw helperFailed(name, "it answered with something else than credentials");
  const { Username, Secret } = answer.data;
  if (Username === "" && Secret === "") return undefined;
  return Username === "<token>"
    ? { kind: "identity", token: secret(Secret) }
    : { kind: "password", username: Username, password: secret(Secret) };
}

/** Runs a helper in a process group of its own, which ends with it: a helper may be a script that starts others. */
async function run(
  { name, server, env }: HelperRequest,
  clock: Clock,
): Promise<{ code: number | undefined; output: string }> {
  const deadlines = createDeadlines(clock, undefined);
  deadlines.start(helperDeadlineMs);
  // Loaded when needed: most registries have no helper, and a short command waits for every module.
  const { spawn } = await import("node:child_process");
  try {
    return await new Promise((resolve) => {
      let output = "";
      const child = spawn(`docker-credential-${name}`, ["get"], {
        env: { ...env },
        stdio: ["pipe", "pipe", "ignore"],
        detached: true,
      });
      const awaitOutput = (): void => void deadlines.start(lastOutputMs);
      const end = (code: number | undefined): void => {
        child.off("exit", awaitOutput);
        killGroup(child.pid);
        // One that has left the group may keep the pipe open.
        child.stdout.destroy();
        resolve({ code, output });
      };
      deadlines.signal.addEventListener("abort", () => end(child.exitCode ?? undefined));
      child.on("error", () => end(undefined));
      child.on("close", (code) => end(code ?? undefined));
      child.once("exit", awaitOutput);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.length > longestOutput) end(undefined);
      });
      // A helper that does not read its input is judged by its answer.
      child.stdin.on("error", () => undefined).end(server);
    });
  } finally {
    deadlines.stop();
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function helperFailed(name: string, why: string): Error {
  return registryError("REGISTRY_CREDENTIALS_UNREADABLE", "auth", {
    message: `the credential helper docker-credential-${name} gave no credentials: ${why}`,
    fix: `run it by hand, log in again, or give user and password in the configuration`,
  });
}
