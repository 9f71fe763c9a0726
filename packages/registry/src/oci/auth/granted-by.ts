import { z } from "zod";
import { buildOnce } from "../../model/build-once.ts";

/** Source: distribution, docs/spec/auth/jwt.md, "JSON Web Token Claim Set". */
const claimsSchema = buildOnce(() =>
  z.object({
    access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()).nullish() })),
  }),
);

/**
 * True if a token says that it allows pulling from and pushing to `repository`. Tokens that say nothing, such as GHCR's, allow nothing
 * by that measure: a registry may answer a token of another scope as if the repository did not exist.
 */
export function isGrantedBy(token: string, repository: string): boolean {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return false;
  const claims = claimsSchema().safeParse(parse(payload));
  if (!claims.success) return false;
  const named = claims.data.access.filter(({ type, name }) => type === "repository" && name === repository);
  const actions = new Set(named.flatMap(({ actions: allowed }) => allowed ?? []));
  return actions.has("*") || (actions.has("pull") && actions.has("push"));
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
