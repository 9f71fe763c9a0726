import { randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@lateen/kernel";
import { makeCertificate } from "./certificate.ts";

/** Settings of the token service. */
export interface StartTokenServiceOptions {
  /** Password by user; each may do everything. Without a user, nothing is granted. */
  readonly users: Readonly<Record<string, string>>;
  /** @default "lateen-test" */
  readonly issuer?: string;
  /** Life of a token in seconds. @default 300 */
  readonly expiresIn?: number;
}

/** A running token service. */
export interface TokenService {
  readonly realm: string;
  readonly issuer: string;
  /** The certificate (PEM) that a registry has to trust (`REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE`). */
  readonly cert: string;
  /** One entry per token asked for. */
  readonly requests: { readonly scopes: readonly string[]; readonly status: number }[];
  close(): Promise<void>;
}

/**
 * Starts a token service whose tokens the real `docker-registry` accepts: JWTs signed with ES256 that carry their certificate.
 *
 * Source: distribution, docs/spec/auth/jwt.md.
 */
export async function startTokenService(options: StartTokenServiceOptions): Promise<TokenService> {
  const { issuer = "lateen-test", expiresIn = 300 } = options;
  const certificate = makeCertificate(issuer, new Date(systemClock.now()));
  const requests: { scopes: string[]; status: number }[] = [];

  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const scopes = searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
    const user = knownUser(options.users, request.headers.authorization);
    requests.push({ scopes, status: user === undefined ? 401 : 200 });
    if (user === undefined)
      return void response
        .writeHead(401, { "content-type": "application/json" })
        .end('{"details":"incorrect username or password"}');
    const token = signToken({ issuer, audience: searchParams.get("service") ?? "", user, scopes, expiresIn });
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ token, expires_in: expiresIn }));
  });

  function signToken(claims: {
    issuer: string;
    audience: string;
    user: string;
    scopes: readonly string[];
    expiresIn: number;
  }): string {
    const now = Math.floor(systemClock.now() / 1000);
    const access = claims.scopes.flatMap((scope) => {
      const [, type, name, actions = ""] = /^(repository|registry):(.+):([a-z,*]+)$/.exec(scope) ?? [];
      return type === undefined ? [] : [{ type, name, actions: actions.split(",") }];
    });
    const { issuer: iss, audience: aud, user: sub } = claims;
    const header = { typ: "JWT", alg: "ES256", x5c: [certificate.x5c] };
    const payload = { iss, aud, sub, exp: now + claims.expiresIn, nbf: now - 10, iat: now, jti: randomUUID(), access };
    const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    const signature = sign("sha256", Buffer.from(text), { key: certificate.privateKey, dsaEncoding: "ieee-p1363" });
    return `${text}.${signature.toString("base64url")}`;
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    realm: `http://127.0.0.1:${port}/token`,
    issuer,
    cert: certificate.cert,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The user of a Basic header, empty without one; undefined for a wrong password. */
function knownUser(users: Readonly<Record<string, string>>, header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [user = "", ...password] = Buffer.from(header.replace(/^Basic /i, ""), "base64")
    .toString("utf8")
    .split(":");
  return Object.hasOwn(users, user) && users[user] === password.join(":") ? user : undefined;
}
