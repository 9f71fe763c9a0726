import { asReleaseError, type Reading, unknown } from "@lateen/kernel";
import type { Tenant } from "../ports/tenant.ts";
import { commandFailed } from "./command-failed.ts";
import { fillCommand } from "./command-template.ts";
import type { Commands } from "./commands.ts";
import { readProof } from "./read-proof.ts";
import type { EnumeratedTenants } from "../ports/enumerated-tenants.ts";
import type { Row } from "./read-rows.ts";

/** A commit, or a line for each of many places that were looked at. */
const maxBytes = 64 * 1024;

/** Runs `proof` once for a tenant. A command that fails proves nothing, whatever it printed before. */
export async function proveTenant(
  commands: Commands,
  find: EnumeratedTenants<Row>["find"],
  tenant: Tenant,
  signal?: AbortSignal,
): Promise<Reading<string>> {
  const { proof, env, cwd, proofTimeoutMs: timeoutMs, run, limitProofs } = commands;
  const row = await find(tenant.slug);
  if (row.kind !== "found") return row;
  if (proof === undefined) return { kind: "absent", proof: `${commands.name} has no proof` };
  try {
    const argv = fillCommand(proof, row.value.values);
    const result = await limitProofs(() => run({ argv, env, cwd, timeoutMs, maxBytes, onExcess: "end" }, signal));
    if (result.end.kind !== "exited" || result.end.code !== 0)
      return unknown(commandFailed(`the proof of ${tenant.slug}`, result));
    return readProof(result.stdout, tenant.slug);
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}
