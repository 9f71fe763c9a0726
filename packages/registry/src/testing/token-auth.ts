import { randomBytes } from "node:crypto";
import { systemClock } from "@lateen/kernel";
import { failure, json, type Received, type Reply } from "./reply.ts";

/** Users of the fake registry. */
export interface RegistryAuth {
  /** Password by user, or password and what the user may do. */
  readonly users: Readonly<
    Record<string, string | { readonly password: string; readonly access: "pull" | "pull,push" }>
  >;
  /** Access without a user. @default "none" */
  readonly anonymous?: "none" | "pull";
  /** Life of a token in seconds; `null` leaves the field out of the answer. @default 300 */
  readonly expiresIn?: number | null;
  /** @default "registry" */
  readonly service?: string;
  /** Address of the realm in the challenge. @default "/token" of the registry itself */
  readonly realm?: string;
  /** If tokens say what they allow, as those of Docker Hub, Harbor and GitLab do, or not, as GHCR's. @default "jwt" */
  readonly tokens?: "jwt" | "opaque";
  /** `basic` asks for user and password with every request and has no tokens. @default "bearer" */
  readonly scheme?: "bearer" | "basic";
}

interface Grant {
  /** Allowed actions by repository. */
  readonly actions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly until: number;
}

/** The token service of the fake registry and its guard. */
export interface TokenAuth {
  /** Answers `/token`. */
  token(request: Received): Reply;
  /** The refusal of a request that lacks the right, or undefined. */
  refuse(request: Received, repository: string | undefined, action: "pull" | "push", base: string): Reply | undefined;
  /** Forgets all tokens, as if they had expired. */
  expireAll(): void;
}

/** Makes the guard of one registry. */
export function createTokenAuth(auth: RegistryAuth): TokenAuth {
  const grants = new Map<string, Grant>();
  const expiresIn = auth.expiresIn === undefined ? 300 : auth.expiresIn;
  return {
    expireAll: () => grants.clear(),
    token(request) {
      const form = new URLSearchParams(request.method === "POST" ? request.body.toString("utf8") : request.url.search);
      const header = request.headers["authorization"];
      const allowed = allowedTo(auth, header ?? basicOf(form));
      if (allowed === undefined) return failure(401, "UNAUTHORIZED", "wrong user or password");
      const scopes = form.getAll("scope").flatMap((scope) => scope.split(" "));
      const actions = grantScopes(scopes, allowed);
      const secret = randomBytes(24).toString("base64url");
      const token =
        auth.tokens === "opaque" ? secret : [{ alg: "none" }, claimsOf(actions)].map(encode).concat(secret).join(".");
      grants.set(token, { actions, until: systemClock.now() + (expiresIn ?? 60) * 1000 });
      return json(200, {
        token,
        access_token: token,
        ...(expiresIn === null ? {} : { expires_in: expiresIn }),
        issued_at: new Date(systemClock.now()).toISOString(),
      });
    },
    refuse(request, repository, action, base) {
      const header = request.headers["authorization"] ?? "";
      if (auth.scheme === "basic") {
        const allowed = allowedTo(auth, header === "" ? undefined : header);
        return allowed?.has(action) === true
          ? undefined
          : failure(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": 'Basic realm="registry"' });
      }
      const grant = grants.get(header.replace(/^Bearer /i, ""));
      const valid = grant !== undefined && systemClock.now() < grant.until;
      if (valid && (repository === undefined || grant.actions.get(repository)?.has(action) === true)) return undefined;
      return challenge(auth, repository, action, base, valid);
    },
  };
}

function challenge(
  auth: RegistryAuth,
  repository: string | undefined,
  action: string,
  base: string,
  hasToken: boolean,
): Reply {
  const wanted = action === "push" ? "pull,push" : "pull";
  const scope = repository === undefined ? "" : `,scope="repository:${repository}:${wanted}"`;
  const error = hasToken ? ',error="insufficient_scope"' : "";
  const value = `Bearer realm="${auth.realm ?? `${base}/token`}",service="${auth.service ?? "registry"}"${scope}${error}`;
  return failure(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": value });
}

/** The actions that the user of `header` is allowed; undefined for a wrong password. */
function allowedTo(auth: RegistryAuth, header: string | undefined): ReadonlySet<string> | undefined {
  if (header === undefined) return new Set(auth.anonymous === "pull" ? ["pull"] : []);
  const [user = "", ...rest] = Buffer.from(header.replace(/^Basic /i, ""), "base64")
    .toString("utf8")
    .split(":");
  const known = Object.hasOwn(auth.users, user) ? auth.users[user] : undefined;
  const { password, access } = typeof known === "object" ? known : { password: known, access: "pull,push" };
  return password !== undefined && password === rest.join(":") ? new Set(access.split(",")) : undefined;
}

/** User and password of an OAuth2 form; the refresh token of user `u` is `refresh:u`'s password. */
function basicOf(form: URLSearchParams): string | undefined {
  const [user, password] =
    form.get("grant_type") === "refresh_token"
      ? (form.get("refresh_token") ?? ":").split(":")
      : [form.get("username"), form.get("password")];
  return user && password ? `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` : undefined;
}

/** Source: distribution, docs/spec/auth/jwt.md. */
function claimsOf(granted: Grant["actions"]): object {
  return { access: [...granted].map(([name, actions]) => ({ type: "repository", name, actions: [...actions] })) };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function grantScopes(
  scopes: readonly string[],
  allowed: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const actions = new Map<string, ReadonlySet<string>>();
  for (const scope of scopes) {
    const [, repository = "", wanted = ""] = /^repository:([^:]+):(.*)$/.exec(scope) ?? [];
    const granted = new Set([
      ...(actions.get(repository) ?? []),
      ...wanted.split(",").filter((action) => allowed.has(action)),
    ]);
    if (repository !== "") actions.set(repository, granted);
  }
  return actions;
}
