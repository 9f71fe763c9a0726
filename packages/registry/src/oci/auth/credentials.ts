import type { Secret } from "@lateen/kernel";
import type { RegistryEntry } from "../../model/entry.ts";

export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: Secret }
  /** A refresh token; the token service gives access tokens for it. */
  | { readonly kind: "identity"; readonly token: Secret }
  /** A token for the registry itself. */
  | { readonly kind: "bearer"; readonly token: Secret };

/**
 * Finds the credentials for a registry host, or for one of its repositories if credentials differ between them; undefined means
 * anonymous.
 */
export type CredentialSource = (host: string, repository?: string) => Promise<Credentials | undefined>;

/** The credentials of the entry, else those of `ambient`. */
export async function findCredentials(
  host: string,
  repository: string,
  entry: RegistryEntry,
  ambient: CredentialSource,
): Promise<Credentials | undefined> {
  if (entry.identityToken !== undefined) return { kind: "identity", token: entry.identityToken };
  if (entry.username !== undefined && entry.password !== undefined) {
    return { kind: "password", username: entry.username, password: entry.password };
  }
  return await ambient(host, repository);
}

/** The value of an Authorization header with user and password. Source: RFC 7617, in UTF-8. */
export function basicHeader(username: string, password: Secret): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`, "utf8").toString("base64")}`;
}
