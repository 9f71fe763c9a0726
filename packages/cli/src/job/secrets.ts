import { resolve } from "node:path";
import { ReleaseError, type Secret, secret, systemCode } from "@lateen/kernel";
import type { SecretSource } from "../config/config.ts";
import type { Environment } from "../config/layers.ts";
import type { Files } from "../io/files.ts";

/** Fetches secrets where the configuration says they are, and hides their values in everything that is printed. */
export interface Vault {
  /**
   * @param folder - Relative paths of `{ file }` start here.
   * @throws ReleaseError `SECRET_MISSING`, category `auth`, with the name of the variable or file
   */
  open(source: SecretSource, folder: string): Secret;
  /** `text` with every value that was opened replaced. */
  mask(text: string): string;
}

/** Shorter values would hide ordinary words; no forge or registry hands out tokens of fewer than 6 characters. */
const shortestMasked = 6;

/**
 * Makes a {@link Vault}.
 * @param onOpen - Told of every new value, so that a job's own log can be masked too.
 */
export function createVault(env: Environment, files: Files, onOpen: (value: string) => void = () => undefined): Vault {
  const spellings = new Set<string>();
  const learn = (value: string): void => {
    if (value.length < shortestMasked || spellings.has(value)) return;
    // As it is, inside JSON text, and inside an address.
    for (const spelling of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
      spellings.add(spelling);
    onOpen(value);
  };
  return {
    open(source, folder) {
      const opened = secret(
        "env" in source ? fromVariable(env, source.env) : fromFile(files, resolve(folder, source.file)),
      );
      learn(opened.reveal());
      return opened;
    },
    mask(text) {
      let masked = text;
      for (const spelling of spellings) masked = masked.replaceAll(spelling, "***");
      return masked;
    },
  };
}

function fromVariable(env: Environment, name: string): string {
  const value = env[name] ?? "";
  if (value.trim() === "") throw missing(`the variable ${name} is not set`, `set ${name} to the token`);
  return oneLine(value, `the variable ${name}`);
}

function fromFile(files: Files, file: string): string {
  let value: string;
  try {
    value = files.read(file);
  } catch (cause) {
    throw missing(
      `the secret's file ${file} cannot be read: ${systemCode(cause)}`,
      "check the path and its permissions",
      cause,
    );
  }
  if (value.trim() === "") throw missing(`the secret's file ${file} is empty`, "write the token into it");
  return oneLine(value, `the secret's file ${file}`);
}

/** Two tokens, or a token with something else, make no header; only a key has lines. Source: RFC 7468, "-----BEGIN". */
function oneLine(value: string, where: string): string {
  if (value.startsWith("-----BEGIN ") || !/\p{Cc}/u.test(value.trim())) return value;
  throw missing(`${where} holds more than one line`, "leave only the token in it");
}

function missing(message: string, fix: string, cause?: unknown): ReleaseError {
  return new ReleaseError({ code: "SECRET_MISSING", category: "auth", message, fix, cause });
}
