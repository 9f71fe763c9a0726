import type { CommandResult } from "../commands/command.ts";
import type { Context } from "../commands/context.ts";
import { plainText } from "@lateen/kernel";
import { usageError } from "../config/errors.ts";
import type { ServerFleet } from "./client.ts";
import { serverOf } from "./follow.ts";

/** The state of the fleet of a service. @throws ReleaseError `USAGE` for options that want a comparison: a service makes none here */
export async function statusOverServer(context: Context): Promise<CommandResult> {
  for (const name of ["fail-on-drift", "max-age"])
    if (context.args.has(name) || context.args.text(name) !== undefined)
      throw usageError(
        `--${name} and --server contradict each other`,
        "run it without --server, next to the configuration",
      );
  const fleet = await serverOf(context).state(context.signal);
  const reason = plainText(describe(fleet), 1_000);
  const document: CommandResult["document"] & { readonly service: ServerFleet } = { reason, service: fleet };
  return { outcome: "ok", document, answer: reason };
}

function describe({ name, running, queued, last }: ServerFleet): string {
  const now =
    running === null
      ? "nothing is under way"
      : `${running.sha?.slice(0, 12) ?? "a rollback"} is ${running.state} (${running.rollout})`;
  const waiting = queued.length === 0 ? "" : `, ${queued.length} queued`;
  const before =
    last === null ? "" : `; last ${last.sha?.slice(0, 12) ?? ""} ${last.outcome ?? ""} at ${last.at ?? ""}`;
  return `${name}: ${now}${waiting}${before}`;
}
