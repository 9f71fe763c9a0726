import { createSender, type Sender, type SenderOptions } from "@lateen/kernel";
import type { RegistryEntry } from "../model/entry.ts";
import { plainClient } from "./plain-client.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Proxy = NonNullable<SenderOptions["proxy"]>;

/**
 * A sender with the proxy of the environment and the certificates of the entry, on undici; Node's own client where there is neither and
 * the body is no stream, which starts 40 ms sooner.
 */
export function senderOf(entry: Pick<RegistryEntry, "ca" | "cert" | "key">, env: Environment): Sender {
  const proxy = proxyOf(env);
  const isPlain =
    proxy.http === undefined && proxy.https === undefined && entry.ca === undefined && entry.cert === undefined;
  let made: Promise<Sender> | undefined;
  const throughUndici: Sender = async (url, init) => {
    made ??= makeSender(entry, proxy);
    return await (
      await made
    )(url, init);
  };
  if (!isPlain) return throughUndici;
  const plain = createSender(() => Promise.resolve(plainClient));
  return (url, init) => (init.body instanceof ReadableStream ? throughUndici(url, init) : plain(url, init));
}

/** The proxies that an environment names: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case; small letters first, as in curl. */
export function proxyOf(env: Environment): Proxy {
  const names = { http: "HTTP_PROXY", https: "HTTPS_PROXY", none: "NO_PROXY" } as const;
  const values = Object.entries(names).map(([key, name]) => [key, env[name.toLowerCase()] ?? env[name]]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Proxy;
}

async function makeSender({ ca, cert, key }: Parameters<typeof senderOf>[0], proxy: Proxy): Promise<Sender> {
  // A `ca` replaces the built-in certificates, so those (and NODE_EXTRA_CA_CERTS) are given again.
  const trusted = ca === undefined ? {} : { ca: [...(await import("node:tls")).getCACertificates("default"), ca] };
  const own = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  return createSender(() => import("undici"), { ...trusted, ...own, proxy });
}
