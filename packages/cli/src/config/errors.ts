import { ReleaseError } from "@lateen/kernel";

export const cliError = ReleaseError.of;

/** A command line, or the options of a caller, that cannot be followed: exit code 2. */
export function usageError(message: string, fix: string): ReleaseError {
  return cliError("USAGE", "input", { message, fix });
}

/**
 * The configuration lacks `key`, which is needed: exit code 2.
 *
 * @param where - The file that was read, if it is known whether there was one. @default it is not known
 */
export function configMissing(key: string, where?: { readonly file: string | undefined }): ReleaseError {
  if (where !== undefined && where.file === undefined)
    return cliError("CONFIG_MISSING", "input", {
      message: `no lateen.yaml was found, and the command needs ${key}`,
      why: "lateen.yaml is looked for in this folder and in those above it, up to the git root",
      fix: "write a lateen.yaml (lateen init), or name one with --config",
    });
  return cliError("CONFIG_MISSING", "input", {
    message: `${where?.file ?? "the configuration"} lacks ${key}, which the command needs`,
    fix: `add ${key}`,
  });
}
