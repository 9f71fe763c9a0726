import { createSender, type Sender, type SenderOptions } from "@lateen/kernel";
import type { RegistryEntry } from "./entry.ts";
import { createPlainSender } from "./plain-sender.ts";

/**
 * A sender with the proxy of the environment and the certificates of the entry, on undici; Node's own client where there is neither and
 * the body is no stream.
 */
export function senderOf(entry: RegistryEntry, env: Readonly<Record<string, string | undefined>>): Sender {
  const http = env["http_proxy"] ?? env["HTTP_PROXY"];
  const https = env["https_proxy"] ?? env["HTTPS_PROXY"];
  const none = env["no_proxy"] ?? env["NO_PROXY"];
  const isPlain = http === undefined && https === undefined && entry.ca === undefined && entry.cert === undefined;
  const proxy = {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(none === undefined ? {} : { none }),
  };
  let made: Promise<Sender> | undefined;
  const throughUndici: Sender = async (url, init) => {
    made ??= makeSender(entry, proxy);
    return await (
      await made
    )(url, init);
  };
  if (!isPlain) return throughUndici;
  const plain = createPlainSender();
  return (url, init) => (init.body instanceof ReadableStream ? throughUndici(url, init) : plain(url, init));
}

async function makeSender(
  { ca, cert, key }: RegistryEntry,
  proxy: NonNullable<SenderOptions["proxy"]>,
): Promise<Sender> {
  // A `ca` replaces the built-in certificates, so those (and NODE_EXTRA_CA_CERTS) are given again.
  const trusted = ca === undefined ? {} : { ca: [...(await import("node:tls")).getCACertificates("default"), ca] };
  const own = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  return createSender(() => import("undici"), { ...trusted, ...own, proxy });
}
