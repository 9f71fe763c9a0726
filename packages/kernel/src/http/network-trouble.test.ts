import { describe, expect, test } from "vitest";
import { createHttp } from "./http.ts";
import { networkTrouble } from "./network-trouble.ts";

test.each([
  ["ENOTFOUND", "there is no such name", false],
  ["EAI_AGAIN", "the name server does not answer", false],
  ["ECONNREFUSED", "it refuses connections on this port", false],
  ["ECONNRESET", "it closed the connection", false],
  ["UND_ERR_CONNECT_TIMEOUT", "no connection came about", false],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is not trusted here", true],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "its certificate is not trusted here", true],
  ["CERT_HAS_EXPIRED", "its certificate has expired", true],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another name", true],
  ["CERT_SIGNATURE_FAILURE", "its certificate is not accepted", true],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not speak TLS on this port", true],
  ["HPE_INVALID_CONSTANT", "it does not answer in HTTP/1.1", true],
  ["E_NEW", "E_NEW", false],
])("%s means %j", (code, means, stays) => {
  const trouble = networkTrouble(code);
  expect({ means: trouble.means, stays: trouble.stays === true }).toEqual({ means, stays });
  expect(trouble.fix).not.toBe("");
});

describe("an error of a connection", () => {
  test("says what happened in words, where, and what to do; the code stays in its cause", async () => {
    const cause = Object.assign(new Error("connect"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    const http = createHttp({ send: () => Promise.reject(new TypeError("fetch failed", { cause })) });
    const url = "https://git.example.com:8443/api/v1/version?token=x";
    const sent = http.request({ method: "GET", url, maxBytes: 10 });
    await expect(sent).rejects.toMatchObject({
      code: "HTTP_UNREACHABLE",
      message: "git.example.com:8443 could not be reached: its certificate is not trusted here",
      why: "https://git.example.com:8443/api/v1/version?token=…",
      fix: expect.stringContaining("NODE_EXTRA_CA_CERTS") as string,
      retryable: false,
    });
  });
});
