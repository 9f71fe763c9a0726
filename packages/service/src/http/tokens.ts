import { createHash, timingSafeEqual } from "node:crypto";
import { ReleaseError } from "@lateen/kernel";

/** Role of a token: `operate` also allows what `read` does, `admin` everything. */
export type Role = "read" | "operate" | "admin";

export interface Token {
  readonly role: Role;
  /** The actor of every act. */
  readonly name: string;
  readonly token: string;
}

const roles: readonly Role[] = ["read", "operate", "admin"];

/** If `role` may do what wants `least`. */
export function isAllowed(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** Tokens of a file: lines `ROLE NAME TOKEN`; blank lines and lines that begin with `#` are left out. @throws ReleaseError `TOKENS_INVALID` */
export function parseTokens(text: string, file: string): readonly Token[] {
  const tokens = text.split(/\r?\n/).flatMap((line, at): Token[] => {
    if (line.trim() === "" || line.trim().startsWith("#")) return [];
    const [role, name, token, ...more] = line.trim().split(/\s+/);
    const known = roles.find((one) => one === role);
    // The line itself is not shown: it holds a secret.
    if (known === undefined || name === undefined || token === undefined || more.length > 0 || token.length < 8)
      throw invalid(`${file}:${at + 1} is not ROLE NAME TOKEN`);
    return [{ role: known, name, token }];
  });
  if (tokens.length === 0) throw invalid(`${file} holds no token`);
  return tokens;
}

function invalid(message: string): ReleaseError {
  const fix = "write lines such as: operate ada 0123456789abcdef (roles: read, operate, admin; 8 characters or more)";
  return new ReleaseError({ code: "TOKENS_INVALID", category: "input", message, fix });
}

/** Finds whose a token is, in a time that does not depend on which it is. */
export function findToken(tokens: readonly Token[], given: string): Token | undefined {
  const wanted = hash(given);
  let found: Token | undefined;
  for (const one of tokens) if (timingSafeEqual(hash(one.token), wanted)) found = one;
  return found;
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
