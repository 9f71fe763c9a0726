import { type Stop, stop } from "@lateen/kernel";
import type { Ledger } from "@lateen/promote";
import type { Job } from "../../job/job.ts";

/** A target whose ledger has an entry of this run. */
export interface EnteredTarget {
  readonly name: string;
  readonly entry: string;
  readonly ledger: Pick<Ledger, "read">;
}

/** Stops where a newer release has overtaken a target that this run had committed, or where that cannot be known. */
export async function checkNotOvertaken({ signal }: Job, entered: readonly EnteredTarget[]): Promise<Stop | undefined> {
  for (const { name, entry, ledger } of entered) {
    const head = await ledger.read(signal);
    if (head.kind === "found" && head.value.id === entry) continue;
    if (head.kind === "unknown")
      return stop({
        outcome: "unknown",
        code: "LEDGER_UNREADABLE",
        reason: `whether ${name} is unchanged could not be read: ${head.cause.message}`,
      });
    const newer = head.kind === "found" ? head.value.entry.commit : "something else";
    const reason = `${newer} has been promoted to ${name} since, and takes the other targets with it`;
    return stop({ outcome: "superseded", code: "OVERTAKEN", reason });
  }
  return undefined;
}
