import type { Host } from "../host.ts";

/** Actor of this run, for the ledger and the evidence. */
export function actorOf(host: Pick<Host, "env" | "user">): string {
  const { GITHUB_ACTOR, USER, LOGNAME, USERNAME } = host.env;
  return [GITHUB_ACTOR, USER, LOGNAME, USERNAME, host.user()].find((name) => (name ?? "").trim() !== "") ?? "unknown";
}
