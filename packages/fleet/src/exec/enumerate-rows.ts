import { type Reading, unknown } from "@lateen/kernel";
import { commandFailed } from "./command-failed.ts";
import { fillCommand } from "./command-template.ts";
import type { Commands } from "./commands.ts";
import { readRows, type Row } from "./read-rows.ts";

/** 16 MiB are 100,000 rows of 160 bytes. */
const maxBytes = 16 * 1024 * 1024;

/** Runs `enumerate` once. A command that fails proves nothing, whatever it printed before. */
export async function enumerateRows(commands: Commands, signal?: AbortSignal): Promise<Reading<readonly Row[]>> {
  const { name, enumerate, env, cwd, enumerateTimeoutMs: timeoutMs, run } = commands;
  const argv = fillCommand(enumerate, {});
  const result = await run({ argv, env, cwd, timeoutMs, maxBytes, onExcess: "end" }, signal);
  const { end } = result;
  if (end.kind === "exited" && end.code === 0) return readRows(result.stdout, name);
  return unknown(commandFailed(`enumerate of ${name}`, result));
}
