import { isReleaseError, ReleaseError } from "@lateen/kernel";
import type { Host } from "../host.ts";

/**
 * Asks the person at the terminal whether production must be changed; in a job, or without a terminal, no one is asked.
 * @throws ReleaseError `NOT_CONFIRMED`, exit code 2, or that of the signal
 */
export async function confirm(host: Host, command: string): Promise<void> {
  if (host.keyboard === undefined || (host.env["CI"] ?? "") !== "" || host.env["GITHUB_ACTIONS"] === "true") return;
  const question = `lateen ${command} changes production. Continue? [y/N] `;
  const answer = await host.keyboard.ask(question, host.signal).catch(untouched);
  if (/^y(?:es)?$/i.test(answer.trim())) return;
  throw new ReleaseError({
    code: "NOT_CONFIRMED",
    category: "input",
    message: "not confirmed; nothing was touched",
    fix: "answer y, or give --yes; --dry-run shows what would happen",
  });
}

/** Anyone who interrupts the question has begun nothing that could be observed. */
function untouched(error: unknown): never {
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
