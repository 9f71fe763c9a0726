import { resolve } from "node:path";
import { type ReleaseError, type Secret, secret, systemCode } from "@lateen/kernel";
import type { SecretSource } from "../config/config.ts";
import type { Environment } from "../config/layers.ts";
import type { Files } from "../io/files.ts";
import { cliError } from "../config/errors.ts";

/** Purpose of a secret: only a key may be PEM text. */
export type SecretUse = "token" | "key";

/** Fetches secrets where the configuration says they are, and hides their values in everything that is printed. */
export interface Vault {
  /**
   * @param folder - Relative paths of `{ file }` start here.
   * @param use - A private key may have lines; a token is one line, so that a key that is named by mistake is never sent. @default "token"
   * @throws ReleaseError `SECRET_MISSING`, category `auth`, with the name of the variable or file
   */
  open(source: SecretSource, folder: string, use?: SecretUse): Secret;
  /** Hides a value that was not opened here: docker's files and credential helpers have their own. */
  hide(value: string): void;
  /** `text` with every value that was opened replaced. */
  mask(text: string): string;
}

/** Shorter values would hide ordinary words; no forge or registry hands out tokens of fewer than 6 characters. */
const shortestMasked = 6;

/**
 * Makes a {@link Vault}.
 * @param onOpen - Gets every new value that came from a file: the runner masks the job's own secrets already, and a line
 *   that repeats them would hand them to whatever reads the log of this step.
 */
export function createVault(env: Environment, files: Files, onOpen: (value: string) => void = () => undefined): Vault {
  const spellings = new Set<string>();
  const learn = (value: string, isOwn: boolean): void => {
    if (value.length < shortestMasked || spellings.has(value)) return;
    // As it is, inside JSON text, and inside an address.
    for (const spelling of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
      spellings.add(spelling);
    if (!isOwn) onOpen(value);
  };
  return {
    open(source, folder, use = "token") {
      const value =
        "env" in source ? fromVariable(env, source.env, use) : fromFile(files, resolve(folder, source.file), use);
      const opened = secret(value);
      learn(opened.reveal(), "env" in source);
      return opened;
    },
    // What a variable of the job holds is masked by the runner.
    hide(value) {
      const { DOCKER_AUTH_CONFIG: own = "" } = env;
      learn(value, own !== "");
    },
    mask(text) {
      let masked = text;
      for (const spelling of spellings) masked = masked.replaceAll(spelling, "***");
      return masked;
    },
  };
}

function fromVariable(env: Environment, name: string, use: SecretUse): string {
  const value = env[name] ?? "";
  if (value.trim() === "") throw missing(`the variable ${name} is not set`, { fix: `set ${name} to the token` });
  return checked(value, `the variable ${name}`, use);
}

function fromFile(files: Files, file: string, use: SecretUse): string {
  let value: string;
  try {
    value = files.read(file);
  } catch (cause) {
    const fix = "check the path and its permissions";
    throw missing(`the secret's file ${file} cannot be read: ${systemCode(cause)}`, { fix, cause });
  }
  if (value.trim() === "") throw missing(`the secret's file ${file} is empty`, { fix: "write the token into it" });
  return checked(value, `the secret's file ${file}`, use);
}

/** Two tokens, or a token with something else, make no header; only a key has lines. Source: RFC 7468, "-----BEGIN". */
function checked(value: string, where: string, use: SecretUse): string {
  const isKey = value.trimStart().startsWith("-----BEGIN ");
  if (isKey && use === "key") return value;
  if (isKey)
    throw missing(`${where} holds a key, not a token`, {
      why: "a token is sent to a server, and a private key never is",
      fix: "name a token, or use the key where one is meant: forge.app.key, registries.HOST.key",
    });
  if (!/\p{Cc}/u.test(value.trim())) return value;
  throw missing(`${where} holds more than one line`, {
    why: "a token is one line, and what has more is something else",
    fix: "leave only the token in it",
  });
}

function missing(message: string, text: { why?: string; fix: string; cause?: unknown }): ReleaseError {
  return cliError("SECRET_MISSING", "auth", { message, ...text });
}
