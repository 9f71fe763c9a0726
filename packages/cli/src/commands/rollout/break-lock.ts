import { resolve } from "node:path";
import { configMissing, usageError } from "../../config/errors.ts";
import type { CommandResult } from "../command.ts";
import type { Context } from "../context.ts";
import { openWriterJob } from "../open-writer-job.ts";

/** Frees the journal from a process of another host that is gone; no tenant is touched. */
export async function breakLock(context: Context): Promise<CommandResult> {
  const reason = context.args.text("reason")?.trim() ?? "";
  if (reason === "") throw usageError("--break-lock needs a reason", "write --reason 'how you know that it is gone'");
  const { settings, actor, host } = await openWriterJob(context, "fleet");
  const { fleet } = settings.config;
  if (fleet === undefined) throw configMissing("fleet");
  const { breakJournalLock } = await import("@lateen/fleet/journal-file");
  const verdict = await breakJournalLock({
    folder: resolve(settings.folder, fleet.journal),
    reason: `${reason} (${actor})`,
    clock: host.clock,
    dryRun: context.dryRun,
  });
  const { evidence } = verdict;
  if (verdict.kind === "stop")
    return {
      outcome: verdict.outcome,
      document: { code: verdict.code, reason: verdict.reason, evidence },
      answer: "",
    };
  const said = `${context.dryRun ? "would break" : "broke"} the lock of ${verdict.value.owner}`;
  return {
    outcome: context.dryRun ? "planned" : "ok",
    document: { reason: said, evidence, next: ["lateen rollout --resume"] },
    answer: `${said}; tenants stay as they are`,
  };
}
