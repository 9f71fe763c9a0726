import { asReleaseError, found, ReleaseError, unknown, type Release, type Reading } from "@lateen/kernel";
import type { ControlPlane } from "../ports/control-plane.ts";
import type { Prober } from "../ports/prober.ts";
import type { Tenant } from "../ports/tenant.ts";
import { fillCommand } from "./command-template.ts";
import { type Commands, type ExecFleetOptions, resolveCommands } from "./commands.ts";
import { moveTenants } from "./move-tenants.ts";
import { proveTenant } from "./prove-tenant.ts";
import { type Row, readRows } from "./read-rows.ts";
import { valuesOf } from "./release-values.ts";
import { rememberTenants } from "../ports/enumerated-tenants.ts";
import { commandFailed } from "./command-failed.ts";

/** A control plane and a prober over the same commands. */
export interface ExecFleet {
  readonly controlPlane: ControlPlane;
  /** Undefined without a `proof`: then something else has to prove the tenants. */
  readonly prober: Prober | undefined;
}

/**
 * A fleet whose tenants are moved by a command: over SSH, by Ansible, by the program of a platform.
 *
 * A command is an argument list and never a shell, unless `shell` says so. It gets `env` and nothing else, and its process
 * group ends with it.
 * @throws ReleaseError `EXEC_COMMAND_INVALID` `EXEC_PLACEHOLDER_UNKNOWN` `EXEC_PLACEHOLDER_QUOTED`
 */
export function createExecFleet(options: ExecFleetOptions): ExecFleet {
  const commands = resolveCommands(options);
  const rows = rememberTenants(commands.name, (signal) => enumerateRows(commands, signal));
  return {
    controlPlane: {
      async enumerate(release, _settings, signal) {
        const reading = await rows.read(signal);
        if (reading.kind !== "found") return reading;
        const refused = reading.value
          .map((row) => checkRow(commands, row, release))
          .find((error) => error !== undefined);
        if (refused !== undefined) return unknown(refused);
        return found(reading.value.map((row) => tenantOf(commands.name, row)));
      },
      redeploy: (tenants, release, _settings, signal) => moveTenants(commands, rows.find, tenants, release, signal),
    },
    prober:
      commands.proof === undefined
        ? undefined
        : { buildinfo: (tenant, signal) => proveTenant(commands, rows.find, tenant, signal) },
  };
}

/** Every command of every tenant can be filled in, or nothing is moved at all. */
function checkRow(commands: Commands, row: Row, release: Release): ReleaseError | undefined {
  try {
    fillCommand(commands.move, valuesOf(row, release));
    if (commands.proof !== undefined) fillCommand(commands.proof, row.values);
    return undefined;
  } catch (error) {
    const { code, category, message, why, fix } = asReleaseError(error);
    return new ReleaseError({ code, category, message: `tenant ${row.slug}: ${message}`, why, fix, cause: error });
  }
}

function tenantOf(plane: string, { slug, tags }: Row): Tenant {
  return { slug, plane, ...(tags === undefined ? {} : { tags }) };
}

/** 16 MiB are 100,000 rows of 160 bytes. */
const maxBytes = 16 * 1024 * 1024;

/** Runs `enumerate` once. A command that fails proves nothing, whatever it printed before. */
async function enumerateRows(commands: Commands, signal?: AbortSignal): Promise<Reading<readonly Row[]>> {
  const { name, enumerate, env, cwd, enumerateTimeoutMs: timeoutMs, run } = commands;
  const argv = fillCommand(enumerate, {});
  const result = await run({ argv, env, cwd, timeoutMs, maxBytes, onExcess: "end" }, signal);
  const { end } = result;
  if (end.kind === "exited" && end.code === 0) return readRows(result.stdout, name);
  return unknown(commandFailed(`enumerate of ${name}`, result));
}
