import { type Clock, type Http, type HttpResponse, parseJson, readBounded, type Secret, secret } from "@lateen/kernel";
import { z } from "zod";
import { registryError } from "../../errors.ts";
import { buildOnce } from "../../model/build-once.ts";
import { bodyLimits, smallBodyDeadlines, tokenLifeSeconds, tokenMarginMs } from "../../policy.ts";
import { answerError } from "../transport/answer-error.ts";
import { basicHeader, type Credentials } from "./credentials.ts";
import { followRedirects, type RedirectableRequest } from "../transport/follow-redirects.ts";
import type { Lookup } from "../../http/connect-to-allowed.ts";
import { lookUp } from "../transport/refuse-internal-address.ts";

/** A token and the time in milliseconds after which it is no longer used. */
export interface Token {
  readonly value: Secret;
  readonly usableUntil: number;
}

export interface TokenRequest {
  readonly realm: URL;
  readonly service: string;
  /** The scope that matters most first: there are registries that read only one. */
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  /** Resolver of host names in redirects. @default that of the machine */
  readonly lookup?: Lookup | undefined;
}

const answerSchema = buildOnce(() =>
  z
    .object({
      token: z.string().nullish(),
      access_token: z.string().nullish(),
      // Azure and older services write the number as text (distribution/distribution#1746); what is no number is as good as none.
      expires_in: z
        .unknown()
        .optional()
        .transform((seconds) => toSeconds(seconds)),
    })
    .refine((answer) => (answer.token || answer.access_token || "") !== "", "neither token nor access_token"),
);

/**
 * Fetches a token: by GET with user and password or anonymously, by OAuth2 POST with a refresh token, or where GET is not known.
 *
 * Sources: distribution, docs/spec/auth/token.md and docs/spec/auth/oauth.md.
 * @throws ReleaseError `REGISTRY_TOKEN_REFUSED`, and the codes of transport and rate limits
 */
export async function fetchToken(http: Http, clock: Clock, request: TokenRequest): Promise<Token> {
  const asked = clock.now();
  let response = request.credentials?.kind === "identity" ? await post(http, request) : await get(http, request);
  // Some services know the POST only. Any other refusal is final: the password is not sent a second time.
  if (response.status === 405 && request.credentials?.kind === "password") response = await post(http, request);
  if (response.status !== 200) throw refused(response, clock.now());
  const answer = parseJson(response, answerSchema(), "a token");
  const seconds = Math.min(answer.expires_in ?? tokenLifeSeconds, 86_400);
  return {
    value: secret(answer.token || answer.access_token || ""),
    usableUntil: asked + seconds * 1000 - tokenMarginMs,
  };
}

function toSeconds(value: unknown): number | undefined {
  const seconds = typeof value === "string" && /^\d{1,12}$/.test(value.trim()) ? Number(value) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

async function get(http: Http, request: TokenRequest): Promise<HttpResponse> {
  const url = new URL(request.realm);
  if (!url.searchParams.has("service")) url.searchParams.set("service", request.service);
  for (const scope of request.scopes) url.searchParams.append("scope", scope);
  const { credentials } = request;
  if (credentials?.kind !== "password")
    return await send(http, request, { method: "GET", url, headers: {}, authorization: undefined });
  url.searchParams.set("account", credentials.username);
  const authorization = basicHeader(credentials.username, credentials.password);
  return await send(http, request, { method: "GET", url, headers: {}, authorization });
}

async function post(http: Http, request: TokenRequest): Promise<HttpResponse> {
  const { credentials } = request;
  const grant: Record<string, string> =
    credentials?.kind === "identity"
      ? { grant_type: "refresh_token", refresh_token: credentials.token.reveal() }
      : credentials?.kind === "password"
        ? { grant_type: "password", username: credentials.username, password: credentials.password.reveal() }
        : {};
  const form = new URLSearchParams({
    service: request.service,
    scope: request.scopes.join(" "),
    client_id: "lateen",
    ...grant,
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = new TextEncoder().encode(form.toString());
  const sent = { method: "POST", url: request.realm, headers, authorization: undefined, body, hasSecretBody: true };
  return await send(http, request, sent);
}

async function send(
  http: Http,
  { realm, lookup = lookUp }: TokenRequest,
  request: Omit<RedirectableRequest, "home" | "lookup">,
): Promise<HttpResponse> {
  const headers = { accept: "application/json", ...request.headers };
  const sent = { ...request, home: realm, lookup, headers, deadlines: smallBodyDeadlines };
  const { stream } = await followRedirects(http, sent, undefined);
  const bytes = await readBounded(stream, bodyLimits.token);
  return {
    status: stream.status,
    url: stream.url,
    header: stream.header,
    bytes,
    text: () => new TextDecoder().decode(bytes),
  };
}

function refused(response: HttpResponse, now: number): Error {
  const failed = {
    status: response.status,
    url: response.url,
    body: response.text().slice(0, bodyLimits.error),
    contentType: response.header("content-type"),
    retryAfter: response.header("retry-after"),
  };
  const error = answerError(failed, now);
  if (error.retryable) return error;
  return registryError("REGISTRY_TOKEN_REFUSED", "auth", {
    message: `the token service gave no token: ${error.message}`,
    why: response.url,
    fix:
      response.status === 404
        ? "check the address of the token service (realm) and the name under which it knows the registry (service)"
        : "check user and password, and that the account may use this repository",
    cause: error,
  });
}
