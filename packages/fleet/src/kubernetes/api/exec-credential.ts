import { type Clock, type ReleaseError } from "@lateen/kernel";
import { z } from "zod";
import { describeEnd } from "../../exec/decide-exit.ts";
import { createRunCommand } from "../../exec/run-command.ts";
import type { Credentials, ExecPlugin } from "./kubeconfig.ts";
import { fleetError } from "../../errors.ts";
import { tryJson } from "../../try-json.ts";

/** The programs of the clouds answer within seconds; one that waits for a person is of no use to a job. */
const timeoutMs = 60_000;
/** A token has a few KiB, a certificate chain less than 64. */
const maxBytes = 256 * 1024;

// Source: client.authentication.k8s.io/v1, ExecCredential.
const execCredential = z.object({
  kind: z.literal("ExecCredential"),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

/**
 * Runs a credential plugin once, as client-go does: with the caller's environment, never with a terminal. Credentials without
 * `expiresAt` are good until a server refuses them.
 *
 * @throws ReleaseError `KUBERNETES_PLUGIN`
 */
export async function runPlugin(
  plugin: ExecPlugin,
  env: Readonly<Record<string, string>>,
  cwd: string,
  clock: Clock,
): Promise<Credentials> {
  const { command, args, apiVersion } = plugin;
  const info = JSON.stringify({ kind: "ExecCredential", apiVersion, spec: { interactive: false } });
  const environment = { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: info };
  const run = createRunCommand(clock);
  const result = await run({ argv: [command, ...args], cwd, env: environment, timeoutMs, maxBytes, onExcess: "end" });
  // Its output is a credential or next to one: nothing of it is shown.
  if (result.end.kind !== "exited" || result.end.code !== 0) throw failed(plugin, describeEnd(result.end));
  const { data } = execCredential.safeParse(tryJson(result.stdout));
  if (data === undefined) throw failed(plugin, "printed no ExecCredential");
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = data.status;
  if (token === undefined && (cert === undefined || key === undefined))
    throw failed(plugin, "handed no credential out");
  const expiresAt = expirationTimestamp === undefined ? Number.NaN : Date.parse(expirationTimestamp);
  return {
    cert,
    key,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : undefined,
  };
}

function failed({ command }: ExecPlugin, what: string): ReleaseError {
  return fleetError("KUBERNETES_PLUGIN", "auth", {
    message: `the credential plugin ${command} ${what}`,
    fix: "log in again, or run the plugin by hand to see its error",
  });
}
