/** Meaning of the code of a failed connection, in words, with its fix. */
export interface NetworkTrouble {
  readonly means: string;
  readonly fix: string;
  /** True if the fault lasts until somebody changes something. @default false */
  readonly stays?: boolean;
}

const authority =
  "point NODE_EXTRA_CA_CERTS at the PEM file of the authority that signed it, or put a certificate of a known authority there";
const refused = "check the port, and whether the server runs";

/**
 * Rows by the codes of Node, undici and OpenSSL; the first that matches counts.
 * Sources: nodejs.org/api/tls.html#x509-certificate-error-codes, nodejs.org/api/errors.html, errno(3), getaddrinfo(3).
 */
export const networkTroubles: readonly (readonly [codes: RegExp, trouble: NetworkTrouble])[] = [
  [/^ENOTFOUND$/, { means: "there is no such name", fix: "check the spelling of the host name, and the name server" }],
  [/^EAI_/, { means: "the name server does not answer", fix: "check the name server and the network" }],
  [/^ECONNREFUSED$/, { means: "it refuses connections on this port", fix: refused }],
  [
    /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    { means: "it closed the connection", fix: "check the server, and proxies in between; run again" },
  ],
  [
    /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/,
    { means: "no connection came about", fix: "check the address, the network, firewalls and the proxy" },
  ],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|CERT_UNTRUSTED)$/,
    { means: "its certificate is not trusted here", fix: authority, stays: true },
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    { means: "its certificate has expired", fix: "renew the certificate of the server", stays: true },
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    { means: "its certificate is not valid yet", fix: "check the clocks of both machines", stays: true },
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    { means: "its certificate is for another name", fix: "use a name that the certificate has", stays: true },
  ],
  [/CERT|SIGNATURE/, { means: "its certificate is not accepted", fix: authority, stays: true }],
  [
    /^(?:ERR_SSL|EPROTO$)/,
    {
      means: "it does not speak TLS on this port",
      fix: "use the port for https; if plain http is meant, write http:// and insecure: true",
      stays: true,
    },
  ],
  [
    /^(?:HPE_|UND_ERR_RES)/,
    {
      means: "it does not answer in HTTP/1.1",
      fix: "check the port: a server that speaks TLS or HTTP/2 only listens there",
      stays: true,
    },
  ],
];

/** Explains `code`; an unknown code is shown as it is. */
export function networkTrouble(code: string): NetworkTrouble {
  const known = networkTroubles.find(([codes]) => codes.test(code));
  return known?.[1] ?? { means: code, fix: "check the address, the network and the proxy" };
}
