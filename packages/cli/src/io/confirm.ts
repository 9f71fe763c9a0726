import { ReleaseError } from "@lateen/kernel";
import type { Host } from "../host.ts";

/**
 * Asks the person at the terminal whether production shall be changed; in a job, or without a terminal, nobody is asked.
 * @throws ReleaseError `NOT_CONFIRMED`, exit code 2
 */
export async function confirm(host: Host, command: string): Promise<void> {
  if (host.keyboard === undefined || (host.env["CI"] ?? "") !== "" || host.env["GITHUB_ACTIONS"] === "true") return;
  const answer = await host.keyboard.ask(`lateen ${command} changes production. Go on? [y/N] `, host.signal);
  if (/^y(?:es)?$/i.test(answer.trim())) return;
  throw new ReleaseError({
    code: "NOT_CONFIRMED",
    category: "input",
    message: "not confirmed; nothing was touched",
    fix: "answer y, or give --yes; --dry-run shows what would happen",
  });
}
