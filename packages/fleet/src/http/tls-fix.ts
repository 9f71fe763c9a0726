import { ReleaseError, systemCode } from "@lateen/kernel";

const untrusted = "its certificate is not trusted: add the authority's certificate with NODE_EXTRA_CA_CERTS";
/** Action for failures of TLS. Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const tlsFixes: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${untrusted}, or let the server send its intermediate certificates`,
  CERT_HAS_EXPIRED: "its certificate has expired: renew it",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name: check fleet.buildinfo and the certificate",
  ERR_SSL_WRONG_VERSION_NUMBER: "the port does not speak TLS: check scheme and port of fleet.buildinfo",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the port does not speak TLS: check scheme and port of fleet.buildinfo",
  EPROTO: "the port does not speak TLS: check scheme and port of fleet.buildinfo",
};

/** The error with what to do about it, if TLS failed. */
export function withTlsFix(error: ReleaseError): ReleaseError {
  const fix = tlsFixes[systemCode(error.cause)];
  if (fix === undefined) return error;
  const { code, category, message, why, cause, retryable } = error;
  return new ReleaseError({ code, category, message: `${message}; ${fix}`, why, fix, cause, retryable });
}
