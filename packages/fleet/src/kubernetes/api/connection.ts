import { type Clock, createSender, type Sender } from "@lateen/kernel";
import { parseAddress } from "../../http/addresses.ts";
import { runPlugin } from "./exec-credential.ts";
import { logIn, type OidcTokens } from "./oidc-login.ts";
import { type Credentials, type KubeconfigSource, type OpenContext, openKubeconfig } from "./kubeconfig.ts";

/** Address and credentials of a cluster. */
export interface ConnectionOptions {
  readonly source: KubeconfigSource;
  /** Context of the kubeconfig. @default its current one */
  readonly context?: string | undefined;
  /** Environment and folder of credential plugins. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Allows plain http to another machine. @default false */
  readonly insecure?: boolean | undefined;
}

/** Everything that a request needs. */
export interface Access {
  /** Base address without a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly send: Sender;
}

/** Credentials that are renewed when they run out. */
export interface Connection {
  access(): Promise<Access>;
  /** Forgets credentials that the server has refused: the next access reads them again. */
  renew(refused: Access): Promise<void>;
}

/** A token file is read again after this time; the kubelet renews it 12 minutes and more before it expires (BoundServiceAccountTokens). */
const reuseMs = 60_000;
/** Credentials are renewed this long before they expire: longer than any request but a watch. */
const marginMs = 60_000;
/** Open connections to one API server: watches take one each, moves and looks share the rest. */
const maxSockets = 64;

/** Opens a connection with its first use. */
export function createConnection(options: ConnectionOptions): Connection {
  let current: { readonly access: Promise<Access>; expiresAt: number } | undefined;
  const tokens: OidcTokens = new Map();
  let sender: { readonly key: string; readonly send: Sender } | undefined;
  const make = async (mark: (expiresAt: number) => void): Promise<Access> => {
    const opened = await openKubeconfig(options.source, options.context);
    const credentials = await credentialsFor(opened, options, tokens);
    if (opened.oidc !== undefined || opened.plugin !== undefined)
      mark(credentials.expiresAt ?? Number.POSITIVE_INFINITY);
    const key = JSON.stringify([opened.cluster, credentials.ca, credentials.cert, credentials.key]);
    if (sender?.key !== key) sender = { key, send: senderFor(opened, credentials) };
    const { origin, pathname } = parseAddress(opened.cluster.server, options.insecure === true);
    return { url: `${origin}${pathname.replace(/\/+$/, "")}`, headers: credentials.headers, send: sender.send };
  };
  const forget = () => void (current = undefined);
  return {
    access() {
      const now = options.clock.now();
      if (current === undefined || now >= current.expiresAt) {
        const entry = { expiresAt: now + reuseMs, access: undefined as unknown as Promise<Access> };
        const access = make((expiresAt) => (entry.expiresAt = expiresAt));
        current = Object.assign(entry, { access });
        // A failure is not kept: the file may be there next time.
        access.catch(forget);
      }
      return current.access;
    },
    // Many requests are refused at once; only the first of them forgets what it was refused with.
    async renew(refused) {
      const access = await current?.access.catch(() => undefined);
      if (access === refused) forget();
    },
  };
}

/** Those of a plugin or of an identity provider, and what the kubeconfig itself holds. */
async function credentialsFor(
  opened: OpenContext,
  { env, cwd, clock }: ConnectionOptions,
  tokens: OidcTokens,
): Promise<Credentials> {
  const { plugin, oidc } = opened;
  const plain = await opened.credentials();
  if (oidc !== undefined) return { ...plain, ...(await logIn(oidc, tokens, clock)) };
  if (plugin === undefined) return plain;
  const { cert = plain.cert, key = plain.key, headers, expiresAt } = await runPlugin(plugin, env, cwd, clock);
  const renewedAt = expiresAt === undefined ? undefined : expiresAt - marginMs;
  return { ca: plain.ca, cert, key, headers: { ...plain.headers, ...headers }, expiresAt: renewedAt };
}

function senderFor({ cluster }: OpenContext, { ca, cert, key }: Credentials): Sender {
  const { serverName, skipVerification, proxy } = cluster;
  return createSender(() => import("undici"), {
    maxSockets,
    skipVerification,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(proxy === undefined ? {} : { proxy: { http: proxy, https: proxy } }),
  });
}
