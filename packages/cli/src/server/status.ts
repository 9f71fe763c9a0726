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
  const [reason = "", ...rest] = describe(fleet);
  const document: CommandResult["document"] & { readonly service: ServerFleet } = { reason, service: fleet };
  return { outcome: "ok", document, answer: [reason, ...rest].join("\n") };
}

/** Rollouts under way, then holds, then the last release: a line each. */
function describe({ name, running, queued, holds, freezes, last }: ServerFleet): readonly string[] {
  const now =
    running === null
      ? "nothing is under way"
      : `${running.sha?.slice(0, 12) ?? "a rollback"} is ${running.state} (${running.rollout})`;
  const waiting = queued.length === 0 ? "" : `, ${queued.length} queued`;
  const lines = [
    `${name}: ${now}${waiting}`,
    ...holds.map(({ rule, reason, source }) => `held by ${rule}: ${reason}${source === "" ? "" : ` (${source})`}`),
    ...freezes.map(describeFreeze),
    ...(last === null ? [] : [`last: ${last.sha?.slice(0, 12) ?? ""} ${last.outcome ?? ""} at ${last.at ?? ""}`]),
  ];
  return lines.map((line) => plainText(line, 1_000));
}

function describeFreeze({
  reason,
  from,
  until,
  days,
  hours,
  zone,
  tenants,
  actor,
  active,
}: ServerFleet["freezes"][number]): string {
  const times = [...(days ?? []), hours].filter((time) => time !== undefined).join(", ");
  const window = [
    ...(times === "" ? [] : [`${times}${zone === undefined ? "" : ` in ${zone}`}`]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(tenants === undefined ? [] : [`only ${tenants.join(", ")}`]),
    ...(actor === undefined ? [] : [`by ${actor}`]),
    ...(active === false ? ["not in force now"] : []),
  ];
  return `freeze: ${reason}${window.length === 0 ? "" : ` (${window.join("; ")})`}`;
}
