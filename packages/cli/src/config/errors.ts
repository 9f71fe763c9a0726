import { ReleaseError } from "@lateen/kernel";

/** A command line, or the options of a caller, that cannot be followed: exit code 2. */
export function usageError(message: string, fix: string): ReleaseError {
  return new ReleaseError({ code: "USAGE", category: "input", message, fix });
}

/** The configuration lacks `key`, which is needed: exit code 2. */
export function configMissing(key: string): ReleaseError {
  return new ReleaseError({
    code: "CONFIG_MISSING",
    category: "input",
    message: `the configuration lacks ${key}, which the command needs`,
    fix: `add ${key}`,
  });
}
