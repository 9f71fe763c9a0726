import { serviceError } from "../errors.ts";
import type { Role, Token } from "./tokens.ts";

// Refusals of the API by itself, each with its three parts.

export function unauthenticated(): Error {
  return serviceError("UNAUTHENTICATED", {
    message: "a token is missing or wrong",
    fix: "send Authorization: Bearer TOKEN, a token of --tokens",
  });
}

export function forbidden({ name, role }: Token, least: Role): Error {
  return serviceError("FORBIDDEN", {
    message: `${name} may not do this`,
    why: `the token's role is ${role}, and this wants ${least}`,
    fix: `use a token with the role ${least}`,
  });
}

export function rateLimited(seconds: number): Error {
  return serviceError("RATE_LIMITED", {
    message: "too many wrong tokens",
    fix: `wait ${seconds} s, then use a right one`,
  });
}

export function tooLarge(): Error {
  return serviceError("BODY_TOO_LARGE", { message: "the body is larger than 64 KiB", fix: "send less" });
}

export function nothingHere(): Error {
  return serviceError("NOT_FOUND", { message: "there is nothing here", fix: "see /openapi.json" });
}

export function stopping(): Error {
  return serviceError("STOPPING", {
    message: "the service is stopping and takes nothing",
    fix: "repeat the request when /healthz is 200",
  });
}

export function fleetUnknown(name: string, known: readonly string[]): Error {
  return serviceError("FLEET_UNKNOWN", {
    message: `there is no fleet ${JSON.stringify(name.slice(0, 100))}`,
    why: "a service rolls the fleets of its own configuration: its environments, or default without any",
    fix: `use one of ${known.join(", ")}`,
  });
}

export function journalInUse(fleet: string, why: string): Error {
  return serviceError("ABANDON_REFUSED", {
    message: `the journal of ${fleet} is being written`,
    why,
    fix: "wait until the rollout that is under way has ended",
  });
}
