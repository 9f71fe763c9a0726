import type { AppendLog } from "@lateen/kernel";
import { gateError } from "../errors.ts";

/** Tries to append behind other writers; those of one repository are few. */
const mostRaces = 10;

/** Appends an entry, again behind each writer that came first. @throws ReleaseError `LOG_RACED`, and the cause of an unknown answer */
export async function appendBehind(
  log: AppendLog,
  draft: Parameters<AppendLog["append"]>[1],
  signal?: AbortSignal,
): Promise<void> {
  const head = await log.read(signal);
  if (head.kind === "unknown") throw head.cause;
  let expected = head.kind === "found" ? head.value.id : null;
  for (let race = 1; race <= mostRaces; race++) {
    const appended = await log.append(expected, draft, signal);
    if (appended.kind === "appended") return;
    if (appended.kind === "unknown") throw appended.cause;
    expected = appended.head.id;
  }
  throw gateError("LOG_RACED", "unavailable", {
    message: `another writer came first ${mostRaces} times in a row`,
    fix: "look for a job that runs in a loop",
  });
}
