import { checkName, gateOf, type Config, type ForgeConfig } from "../../config/config.ts";
import type { Secret } from "@lateen/kernel";
import type { Settings } from "../../config/load.ts";
import type { Arguments } from "../../command-line/arguments.ts";
import type { LintOptions } from "./lint-workflow.ts";
import type { Context } from "../context.ts";
import { askedOnce, reservedHost } from "../../wiring/open-forge.ts";
import { usageError } from "../../config/errors.ts";

/** How a workflow for a forge of `kind` is judged next to the gate of `config`; an unknown version counts as old. */
export function lintOptions(kind: LintOptions["kind"], config: Config, version?: string): LintOptions {
  const gate = gateOf(config);
  return {
    kind,
    version,
    branch: config.forge?.branch ?? "main",
    event: gate?.event ?? "push",
    required: gate?.workflows ?? [],
    checks: (gate?.checks ?? []).map(checkName),
  };
}

/** The forge that the workflow at `path` is for. */
export function kindOf(path: string, args: Pick<Arguments, "text">, { forge }: Config): LintOptions["kind"] {
  // Only Gitea reads that folder; the other one both do.
  const place = /(?:^|[\\/])\.gitea[\\/]/.test(path) ? "gitea" : undefined;
  return (args.text("forge") ?? place ?? forge?.kind ?? "github") as LintOptions["kind"];
}

/** The version that is given, else the one that the configured Gitea reports, if a workflow of `paths` is for it. @throws ReleaseError `USAGE` */
export async function lintVersion(
  paths: readonly string[],
  { args, host, signal, vault }: Pick<Context, "args" | "host" | "signal" | "vault">,
  { config, folder }: Settings,
): Promise<string | undefined> {
  const given = forgeVersion(args);
  const { forge } = config;
  if (given !== undefined || forge?.kind !== "gitea") return given;
  return paths.some((path) => kindOf(path, args, config) === "gitea")
    ? await askVersion(forge, tokenOf(forge, folder, vault), host, signal)
    : undefined;
}

/** The version that a Gitea reports; undefined if it does not. An instance may show nothing without a token. */
async function askVersion(
  forge: ForgeConfig,
  token: Secret | undefined,
  host: Context["host"],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (reservedHost.test(new URL(forge.api).hostname)) return undefined;
  const reading = await (await askedOnce({ ...forge, token }, host)).version(signal);
  return reading.kind === "found" ? reading.value : undefined;
}

/** The token of the forge, if it is set: a workflow is judged at a desk without one too, by what the server shows to anybody. */
function tokenOf({ token }: ForgeConfig, folder: string, vault: Context["vault"]): Secret | undefined {
  try {
    return token === undefined ? undefined : vault.open(token, folder);
  } catch {
    return undefined;
  }
}

/** The value of `--forge-version`. @throws ReleaseError `USAGE` for one that is not a version */
export function forgeVersion(args: Pick<Arguments, "text">): string | undefined {
  const version = args.text("forge-version");
  if (version !== undefined && !/^v?\d+\.\d+/.test(version))
    throw usageError(
      `--forge-version ${JSON.stringify(version)} is not a valid version`,
      "write it as 1.22.6; lateen doctor shows it",
    );
  return version;
}
