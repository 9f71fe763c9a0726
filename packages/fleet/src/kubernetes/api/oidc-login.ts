import {
  type Clock,
  createHttp,
  createSender,
  type Http,
  parseJson,
  plainText,
  type ReleaseError,
} from "@lateen/kernel";
import { z } from "zod";
import { parseAddress } from "../../http/addresses.ts";
import type { Credentials } from "./kubeconfig.ts";
import { fleetError } from "../../errors.ts";

/** A login at an OpenID provider, as a kubeconfig holds it. Source: kubernetes.io, "OpenID Connect Tokens", Option 1. */
export const oidcLogin = z.object({
  "idp-issuer-url": z.string(),
  "client-id": z.string(),
  "client-secret": z.string().optional(),
  "id-token": z.string().optional(),
  "refresh-token": z.string().optional(),
  "idp-certificate-authority": z.string().optional(),
  "idp-certificate-authority-data": z.string().optional(),
});

export interface OidcLogin extends z.infer<typeof oidcLogin> {
  /** Authority of the provider's certificate, in PEM. */
  readonly ca: string | undefined;
}

/** Tokens of this process, by the refresh token that the kubeconfig holds. */
export type OidcTokens = Map<string, Pick<OidcLogin, "id-token" | "refresh-token">>;

/** A discovery document has a few KiB, a token less than 64. */
const maxBytes = 256 * 1024;

// Source: OpenID Connect Discovery 1.0 §3; basic is the default.
const provider = z.object({
  issuer: z.string(),
  token_endpoint: z.string(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(["client_secret_basic"]),
});

// Source: OpenID Connect Core 1.0 §12.2.
const refreshed = z.object({ id_token: z.string(), refresh_token: z.string().optional() });

/**
 * The id token of a login; one that has expired is refreshed. New tokens are kept in `tokens`, never in the file: a provider that
 * rotates refresh tokens takes each of them once (RFC 9700 §4.14.2).
 *
 * @throws ReleaseError `KUBERNETES_OIDC`
 */
export async function logIn(login: OidcLogin, tokens: OidcTokens, clock: Clock): Promise<Credentials> {
  const first = login["refresh-token"];
  const held = { ...login, ...(first === undefined ? {} : tokens.get(first)) };
  const idToken = held["id-token"] ?? "";
  if (expiryOf(idToken) > clock.now()) return credentialsOf(idToken);
  const refreshToken = held["refresh-token"];
  if (first === undefined || refreshToken === undefined) throw failed(login, "its id token has expired");
  const answer = await refresh(login, refreshToken, clock);
  // Without rotation the answer has none: the one that was used stays good (RFC 6749 §6).
  tokens.set(first, { "id-token": answer.id_token, "refresh-token": answer.refresh_token ?? refreshToken });
  return credentialsOf(answer.id_token);
}

async function refresh(login: OidcLogin, refreshToken: string, clock: Clock): Promise<z.infer<typeof refreshed>> {
  const send = createSender(() => import("undici"), login.ca === undefined ? {} : { ca: login.ca });
  const http = createHttp({ send, clock });
  const issuer = login["idp-issuer-url"];
  const place = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
  const found = await ask(login, http, { url: parseAddress(place, false).href }, provider);
  // Source: OpenID Connect Discovery 1.0 §4.3.
  if (found.issuer !== issuer) throw failed(login, `it calls itself ${plainText(found.issuer, 200)}`);
  const { "client-id": id, "client-secret": password = "" } = login;
  const isBasic = password !== "" && !found.token_endpoint_auth_methods_supported.includes("client_secret_post");
  const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken });
  if (!isBasic) form.set("client_id", id);
  if (!isBasic && password !== "") form.set("client_secret", password);
  const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`).toString("base64");
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    ...(isBasic ? { authorization: `Basic ${basic}` } : {}),
  };
  const url = parseAddress(found.token_endpoint, false).href;
  return ask(login, http, { url, method: "POST", headers, body: form.toString() }, refreshed);
}

/** What an answer says may hold a token: only its status is shown. */
async function ask<T>(
  login: OidcLogin,
  http: Http,
  request: Parameters<Http["open"]>[0],
  schema: z.ZodType<T>,
): Promise<T> {
  const response = await http.request({ ...request, maxBytes });
  if (response.status !== 200) throw failed(login, `it answers ${response.status}`);
  return parseJson(response, schema, "an answer of the OpenID provider");
}

function credentialsOf(idToken: string): Credentials {
  return { headers: { Authorization: `Bearer ${idToken}` }, expiresAt: expiryOf(idToken) };
}

/** In milliseconds since the Unix epoch (RFC 7519 §4.1.4); 0 if it does not say. */
function expiryOf(idToken: string): number {
  try {
    const [, claims = ""] = idToken.split(".");
    return z.object({ exp: z.number() }).parse(JSON.parse(Buffer.from(claims, "base64url").toString())).exp * 1_000;
  } catch {
    return 0;
  }
}

function failed(login: OidcLogin, what: string): ReleaseError {
  return fleetError("KUBERNETES_OIDC", "auth", {
    message: `no token from the OpenID provider ${plainText(login["idp-issuer-url"], 200)}: ${what}`,
    fix: "log in again, with kubectl for example",
  });
}
