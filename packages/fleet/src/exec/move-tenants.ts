import {
  asReleaseError,
  createLimit,
  type NonEmpty,
  type ReleaseError,
  sameCommit,
  type Release,
} from "@lateen/kernel";
import type { Redeployment, TenantRow } from "../ports/control-plane.ts";
import type { Tenant } from "../ports/tenant.ts";
import { retryDelaysMs } from "../steps/decide-call-retry.ts";
import { lastWords } from "./command-failed.ts";
import { fillCommand } from "./command-template.ts";
import { decideExit, type MoveOutcome } from "./decide-exit.ts";
import type { Commands } from "./commands.ts";
import { proveTenant } from "./prove-tenant.ts";
import { valuesOf } from "./release-values.ts";
import type { EnumeratedTenants } from "../ports/enumerated-tenants.ts";
import type { Row } from "./read-rows.ts";
import { fleetError } from "../errors.ts";

type Argv = readonly [string, ...string[]];

/** Maximum output of a move that is kept for the report; it is for people. */
const maxBytes = 64 * 1024;

/** Runs `move` for each tenant. If no command could be started, nothing has happened and the whole call is refused. */
export async function moveTenants(
  commands: Commands,
  find: EnumeratedTenants<Row>["find"],
  tenants: NonEmpty<Tenant>,
  release: Release,
  signal?: AbortSignal,
): Promise<Redeployment> {
  const rows: TenantRow[] = [];
  const unstarted: string[] = [];
  const limit = createLimit(commands.concurrency);
  const move = async (tenant: Tenant): Promise<void> => {
    const outcome = await moveTenant(commands, find, tenant, release, signal);
    if (outcome.kind === "not-started") unstarted.push(outcome.reason);
    rows.push(rowOf(tenant, outcome));
  };
  await Promise.all(tenants.map((tenant) => limit(() => move(tenant))));
  const [reason] = unstarted;
  if (reason !== undefined && unstarted.length === tenants.length)
    return { kind: "refused", cause: notStarted(reason) };
  return { kind: "answered", ok: true, rows };
}

/** Exit code 75 is tried again after 5, 10 and 20 s within the time of the move; each time the tenant is looked at first. */
async function moveTenant(
  commands: Commands,
  find: EnumeratedTenants<Row>["find"],
  tenant: Tenant,
  release: Release,
  signal: AbortSignal | undefined,
): Promise<MoveOutcome> {
  const command = await commandFor(commands, find, tenant, release);
  if ("kind" in command) return command;
  const { argv } = command;
  const { clock, run, env, cwd } = commands;
  const deadline = clock.now() + commands.timeoutMs;
  for (let attempt = 0; ; attempt++) {
    const timeoutMs = Math.max(1, deadline - clock.now());
    const result = await run({ argv, env, cwd, timeoutMs, maxBytes, onExcess: "drop" }, signal);
    const outcome = decideExit(result.end);
    const delayMs = retryDelaysMs[attempt];
    const again = outcome.kind === "later" && delayMs !== undefined && clock.now() + delayMs < deadline;
    if (!again) return outcome.kind === "moved" ? outcome : { ...outcome, reason: outcome.reason + lastWords(result) };
    if (!(await pause(commands, delayMs, signal))) return outcome;
    const look = commands.proof === undefined ? undefined : await proveTenant(commands, find, tenant, signal);
    if (look?.kind === "found" && sameCommit(look.value, release.sha)) return { kind: "moved" };
  }
}

async function commandFor(
  commands: Commands,
  find: EnumeratedTenants<Row>["find"],
  { slug }: Tenant,
  release: Release,
): Promise<{ readonly argv: Argv } | MoveOutcome> {
  const row = await find(slug);
  if (row.kind !== "found")
    return { kind: "not-started", reason: row.kind === "absent" ? row.proof : row.cause.message };
  try {
    return { argv: fillCommand(commands.move, valuesOf(row.value, release)) };
  } catch (error) {
    return { kind: "not-started", reason: `cannot be written: ${asReleaseError(error).message}` };
  }
}

async function pause({ clock }: Commands, delayMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  return clock.sleep(delayMs, signal).then(
    () => true,
    () => false,
  );
}

function rowOf({ slug }: Tenant, outcome: MoveOutcome): TenantRow {
  if (outcome.kind === "moved") return { slug, hasError: false, commandOk: true };
  const reason = `move ${outcome.reason}`;
  if (outcome.kind === "in-doubt") return { slug, hasError: false, inDoubt: true, reason };
  return { slug, hasError: true, commandOk: false, reason };
}

function notStarted(reason: string): ReleaseError {
  return fleetError("EXEC_NOT_STARTED", "state", {
    message: `no tenant could be moved: move ${reason}`,
    fix: "install the program, or correct the command",
  });
}
