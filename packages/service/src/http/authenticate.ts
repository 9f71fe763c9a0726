import type { Clock } from "@lateen/kernel";
import type { MiddlewareHandler } from "hono";
import { answerError } from "./answer-error.ts";
import type { ApiContext, ApiEnv } from "./ports.ts";
import { forbidden, rateLimited, unauthenticated } from "./refusals.ts";
import { findToken, isAllowed, type Role, type Token } from "./tokens.ts";
import { createWrongTokens } from "./wrong-tokens.ts";

/** Wants a token with the role that a request needs; an address that sends many wrong ones has to wait. */
export function authenticate(tokens: readonly Token[], clock: Clock): MiddlewareHandler<ApiEnv> {
  const wrong = createWrongTokens(clock);
  const turnAway = (context: ApiContext, given: string | undefined): Response => {
    const address = context.env?.incoming?.socket?.remoteAddress ?? "";
    const seconds = given === undefined ? undefined : wrong.blockedFor(address);
    if (seconds !== undefined) {
      context.header("retry-after", String(seconds));
      return answerError(context, rateLimited(seconds));
    }
    if (given !== undefined) wrong.count(address);
    context.header("www-authenticate", "Bearer");
    return answerError(context, unauthenticated());
  };
  return async (context, next) => {
    const given = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1]?.trim();
    const token = given === undefined ? undefined : findToken(tokens, given);
    if (token === undefined) return turnAway(context, given);
    context.set("token", token);
    const least = leastRole(context.req.method, context.req.path);
    if (!isAllowed(token.role, least)) return answerError(context, forbidden(token, least));
    return next();
  };
}

/** Role that a request needs: to look is for everyone, a change that outlasts a rollout is for administrators. */
export function leastRole(method: string, path: string): Role {
  if (method === "GET" || method === "HEAD") return "read";
  return /^\/v1\/(?:rollouts\/[^/]+\/abandon|fleets\/[^/]+\/freezes(?:\/[^/]*)?)$/.test(path) ? "admin" : "operate";
}
