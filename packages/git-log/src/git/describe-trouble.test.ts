import { expect, test } from "vitest";
import { describeTrouble } from "./describe-trouble.ts";

const access = "fatal: unable to access 'https://git.example.com/acme/core.git/': ";

test.each([
  { said: "Could not resolve host: git.example.com", means: "there is no such name" },
  {
    said: "Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server",
    means: "it refuses connections on this port",
  },
  { said: "Failed to connect to 10.0.0.1 port 443: Connection timed out", means: "no connection came about" },
  {
    said: "server certificate verification failed. CAfile: /etc/ssl/certs/ca-certificates.crt CRLfile: none",
    means: "its certificate is not trusted here",
  },
  { said: "SSL certificate problem: self-signed certificate", means: "its certificate is not trusted here" },
  { said: "SSL certificate problem: certificate has expired", means: "its certificate has expired" },
  {
    said: "SSL: no alternative certificate subject name matches target host name",
    means: "its certificate is for another name",
  },
  {
    said: "gnutls_handshake() failed: An unexpected TLS packet was received.",
    means: "it does not speak TLS on this port",
  },
  { said: "error:0A00010B:SSL routines::wrong version number", means: "it does not speak TLS on this port" },
  { said: "Empty reply from server", means: "it closed the connection" },
  { said: "Recv failure: Connection reset by peer", means: "it closed the connection" },
  { said: "The requested URL returned error: 500", means: undefined },
])("$said means $means", ({ said, means }) => {
  const trouble = describeTrouble(access + said);
  expect({ means: trouble?.means, hasFix: trouble?.fix !== "" }).toEqual({ means, hasFix: true });
});

test("a path that holds such words is no trouble of the network", () => {
  expect(
    describeTrouble("fatal: '/srv/Connection refused.git' does not appear to be a git repository"),
  ).toBeUndefined();
});
