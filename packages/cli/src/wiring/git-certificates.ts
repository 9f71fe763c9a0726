import { getCACertificates } from "node:tls";

/**
 * Certificates for git, which does not read NODE_EXTRA_CA_CERTS: everything that is trusted here and by the machine; undefined if the
 * variable names none, so that git uses its own store.
 */
export function gitCertificates(read: typeof getCACertificates = getCACertificates): string | undefined {
  if (read("extra").length === 0) return undefined;
  return [...new Set([...read("default"), ...read("system"), ...read("extra")])].join("\n");
}
