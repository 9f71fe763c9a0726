import { cliError } from "../config/errors.ts";

/** The oldest Node with everything that the program calls; `engines` says the same to installers, which only warn. */
const least = "22.19";

/**
 * Refuses an older Node at the start: it would carry a release to where something is missing and end in the middle of it.
 *
 * @throws ReleaseError `NODE_TOO_OLD`, exit code 2
 */
export function checkNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  const message = `lateen needs Node ${least} or newer, and this is ${version}`;
  const fix = "install a newer Node; in a workflow, set node-version of actions/setup-node";
  throw cliError("NODE_TOO_OLD", "input", { message, fix });
}
