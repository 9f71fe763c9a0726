import type { CommandRow } from "./command.ts";
import type { Section } from "../config/config.ts";
import type { Settings } from "../config/load.ts";
import type { Host } from "../host.ts";
import type { Arguments } from "../command-line/arguments.ts";
import type { Pause } from "../io/pause.ts";
import type { AnyEvent } from "../output/events.ts";
import type { Vault } from "../job/secrets.ts";
import { usageError } from "../config/errors.ts";

export interface Context {
  readonly command: string;
  /** Every command that there is. */
  readonly commands: readonly CommandRow[];
  readonly args: Arguments;
  readonly host: Host;
  readonly vault: Vault;
  readonly report: (event: AnyEvent) => void;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** True if the dry run is for a question: waits are passed over, to show what comes after them. @default false */
  readonly isPreview?: boolean;
  /** The keys at a terminal. */
  readonly pause: Pause;
  /** Actor: `GITHUB_ACTOR`, else the user. */
  readonly actor: string;
  /** `--override`, from the name of a check to the reason. */
  readonly overrides: ReadonlyMap<string, string>;
  /** The program itself over another host, for commands that show it at work. Answers the exit code. */
  readonly program: (host: Host) => Promise<number>;
  /** The configuration, with the sections that are needed. @throws ReleaseError, exit code 2 */
  settings(...needs: readonly Section[]): Promise<Settings>;
}

/** The values of `--override`, and the lines of `LATEEN_OVERRIDE`. @throws ReleaseError `USAGE` for one without a check or a reason, or given twice */
export function readOverrides(args: Arguments, env: Host["env"]): ReadonlyMap<string, string> {
  const overrides = new Map<string, string>();
  const ambient = (env["LATEEN_OVERRIDE"] ?? "").split("\n").filter((line) => line.trim() !== "");
  for (const text of [...args.all("override"), ...ambient]) {
    const [, check = "", reason = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (check.trim() === "" || reason.trim() === "")
      throw usageError(
        "--override needs a check and a reason",
        "write --override CHECK=REASON, such as --override gate='known flake, see the ticket'",
      );
    if (overrides.has(check.trim())) throw usageError(`--override ${check.trim()} is given twice`, "give it once");
    overrides.set(check.trim(), reason.trim());
  }
  return overrides;
}
