import type { LookupFunction } from "node:net";
import { createSender, memoize, type Sender } from "@lateen/kernel";
import type { RegistryEntry } from "../model/entry.ts";
import { plainClient } from "./plain-client.ts";

type Certificates = Pick<RegistryEntry, "ca" | "cert" | "key">;
type Environment = Readonly<Record<string, string | undefined>>;
type Proxy = NonNullable<NonNullable<Parameters<typeof createSender>[1]>["proxy"]>;

/**
 * A sender for requests with small bodies: Node's own client, which is there 40 ms sooner than undici; undici if the environment has a proxy or
 * the entry certificates.
 *
 * @param lookup - Resolves host names, unless a proxy does. @default that of the machine
 */
export function senderOf(entry: Certificates, env: Environment, lookup?: LookupFunction): Sender {
  const needsUndici = hasProxy(env) || entry.ca !== undefined || entry.cert !== undefined;
  if (needsUndici) return streamSenderOf(entry, env, lookup);
  return createSender(() => Promise.resolve(plainClient), { lookup });
}

/** A sender on undici, which takes streamed bodies, and reads large ones with a fifth less work than Node's own client. */
export function streamSenderOf(entry: Certificates, env: Environment, lookup?: LookupFunction): Sender {
  const resolve = hasProxy(env) ? undefined : lookup;
  const made = memoize(async () => await makeSender(entry, proxyOf(env), resolve));
  return async (url, init) => {
    const send = await made();
    return await send(url, init);
  };
}

function hasProxy(env: Environment): boolean {
  const { http, https } = proxyOf(env);
  return http !== undefined || https !== undefined;
}

/** The proxies that an environment names: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case; small letters first, as in curl. */
export function proxyOf(env: Environment): Proxy {
  const names = { http: "HTTP_PROXY", https: "HTTPS_PROXY", none: "NO_PROXY" } as const;
  const values = Object.entries(names).map(([key, name]) => [key, env[name.toLowerCase()] ?? env[name]]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Proxy;
}

async function makeSender(
  { ca, cert, key }: Certificates,
  proxy: Proxy,
  lookup: LookupFunction | undefined,
): Promise<Sender> {
  // A `ca` replaces the built-in certificates, so those (and NODE_EXTRA_CA_CERTS) are passed too.
  const trusted = ca === undefined ? {} : { ca: [...(await import("node:tls")).getCACertificates("default"), ca] };
  const own = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  return createSender(() => import("undici"), { ...trusted, ...own, proxy, lookup });
}
