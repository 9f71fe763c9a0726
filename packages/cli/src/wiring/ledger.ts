import { createGitRefLog } from "@lateen/git-log";
import type { Ledger } from "@lateen/promote";
import { ledgerPlace } from "./git.ts";
import type { Parts } from "./parts.ts";

export async function makeLedger(parts: Parts, target: string): Promise<Ledger> {
  const [{ createGitLedger }, { ledgerRef }] = await Promise.all([
    import("@lateen/promote/ledger-git"),
    import("@lateen/promote"),
  ]);
  const { env, clock } = parts;
  return createGitLedger(
    createGitRefLog({ ...ledgerPlace(parts), ref: targetRef(parts, target, ledgerRef), env, clock }),
  );
}

/** The ref of a target's ledger: `ledger.ref` is that of the target `default`. */
export function targetRef({ settings }: Parts, target: string, ledgerRef: (target: string) => string): string {
  const ref = settings.config.promote?.ledger.ref;
  return target === "default" && ref !== undefined ? ref : ledgerRef(target);
}
