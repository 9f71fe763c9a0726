import { networkTroubles } from "@lateen/kernel";

/**
 * Codes of Node for what git reports of a failed connection; the first that matches counts.
 * Source: messages of libcurl 7.74 to 8.14 with OpenSSL and GnuTLS, which git repeats after `unable to access`.
 */
const codes: readonly (readonly [said: RegExp, code: string])[] = [
  [/certificate has expired/i, "CERT_HAS_EXPIRED"],
  [/no alternative certificate subject name|does not match target host/i, "ERR_TLS_CERT_ALTNAME_INVALID"],
  [
    /certificate (?:verify|verification) failed|SSL certificate problem|certificate signer not trusted/i,
    "CERT_UNTRUSTED",
  ],
  [/gnutls_handshake|wrong version number|unexpected (?:TLS )?packet|SSL_ERROR|SSL routines/i, "ERR_SSL"],
  [/Could not resolve host/i, "ENOTFOUND"],
  [/timed out|Timeout was reached|No route to host|Network is unreachable/i, "ETIMEDOUT"],
  [/Failed to connect|Couldn't connect|Connection refused/i, "ECONNREFUSED"],
  [/Empty reply from server|Recv failure|reset by peer/i, "ECONNRESET"],
];

/** What a failed connection of git means and what to do, in the words of every other connection; undefined if it is something else. */
export function describeTrouble(said: string): { readonly means: string; readonly fix: string } | undefined {
  const code = /unable to access/.test(said) ? codes.find(([pattern]) => pattern.test(said))?.[1] : undefined;
  return code === undefined ? undefined : networkTroubles.find(([pattern]) => pattern.test(code))?.[1];
}
