import { getCACertificates } from "node:tls";
import { createSender, type Sender } from "@lateen/kernel";
import type { RegistryEntry } from "./entry.ts";

/** A sender with the proxy of the environment and the certificates of the entry; undici is loaded with the first request. */
export function senderOf(entry: RegistryEntry, env: Readonly<Record<string, string | undefined>>): Sender {
  const http = env["http_proxy"] ?? env["HTTP_PROXY"];
  const https = env["https_proxy"] ?? env["HTTPS_PROXY"];
  const none = env["no_proxy"] ?? env["NO_PROXY"];
  return createSender(() => import("undici"), {
    // A `ca` replaces the built-in certificates, so those (and NODE_EXTRA_CA_CERTS) are given again.
    ...(entry.ca === undefined ? {} : { ca: [...getCACertificates("default"), entry.ca] }),
    ...(entry.cert === undefined ? {} : { cert: entry.cert }),
    ...(entry.key === undefined ? {} : { key: entry.key }),
    proxy: {
      ...(http === undefined ? {} : { http }),
      ...(https === undefined ? {} : { https }),
      ...(none === undefined ? {} : { none }),
    },
  });
}
