import { isReleaseError, ReleaseError } from "@lateen/kernel";
import type { Host } from "../host.ts";
import { cliError } from "../config/errors.ts";

/** True if there is a person to be asked: in a job, or without a terminal, there is none. */
export function canAsk(host: Pick<Host, "keyboard" | "env">): boolean {
  return host.keyboard !== undefined && (host.env["CI"] ?? "") === "" && host.env["GITHUB_ACTIONS"] !== "true";
}

/**
 * Asks the person at the terminal whether production must be changed.
 * @throws ReleaseError `NOT_CONFIRMED`, exit code 2, or that of the signal
 */
export async function confirm(host: Host, command: string): Promise<void> {
  if (host.keyboard === undefined) return;
  const question = `lateen ${command} changes production. Continue? [y/N] `;
  const answer = await untouched(host.keyboard.ask(question, host.signal));
  if (/^y(?:es)?$/i.test(answer.trim())) return;
  throw cliError("NOT_CONFIRMED", "input", {
    message: "not confirmed; nothing was touched",
    fix: "answer y, or give --yes; --dry-run shows what would happen",
  });
}

/** Work before the answer: an interruption of it has begun nothing that could be observed. */
export async function untouched<T>(work: Promise<T>): Promise<T> {
  return work.catch(notBegun);
}

function notBegun(error: unknown): never {
  if (!isReleaseError(error) || error.category !== "interrupted") throw error;
  const { category, message } = error;
  throw new ReleaseError({
    code: "NOT_CONFIRMED",
    category,
    message: `${message}; nothing was touched`,
    fix: "run the same command again",
    cause: error,
  });
}
