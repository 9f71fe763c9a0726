import { expect, test } from "vitest";
import { answerError } from "./answer-error.ts";
import { decideAnswer } from "./decide-answer.ts";
import { isSurelyNotApplied } from "./decide-retry.ts";

test.each([
  [401, "", "REGISTRY_UNAUTHORIZED"],
  [403, '{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}', "REGISTRY_DENIED"],
  [403, "You have exceeded a secondary rate limit. Please wait a few minutes", "REGISTRY_RATE_LIMITED"],
  [
    403,
    '{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}',
    "REGISTRY_TOKEN_EXPIRED",
  ],
  [400, "Your Authorization Token has expired.", "REGISTRY_TOKEN_EXPIRED"],
  [404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', "REGISTRY_NOT_FOUND"],
  [404, "<!DOCTYPE html><title>Not here</title>", "REGISTRY_UNAVAILABLE"],
  [400, '{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}', "REGISTRY_CONTENT_MISSING"],
  [413, "", "REGISTRY_REQUEST_REFUSED"],
  [418, "", "REGISTRY_REQUEST_REFUSED"],
  [429, "", "REGISTRY_RATE_LIMITED"],
  [500, "", "REGISTRY_UNAVAILABLE"],
  [501, "", "REGISTRY_REQUEST_REFUSED"],
  [522, "", "REGISTRY_UNAVAILABLE"],
  [399, "", "REGISTRY_UNAVAILABLE"],
])("%i %s is %s", (status, body, code) => {
  expect(decideAnswer(status, body).code).toBe(code);
});

test("only an answer that proves it lets a write be sent again", () => {
  expect(isSurelyNotApplied("REGISTRY_RATE_LIMITED")).toBe(true);
  expect(isSurelyNotApplied("REGISTRY_UNAVAILABLE")).toBe(false);
  expect(isSurelyNotApplied("HTTP_TIMEOUT")).toBe(false);
});

test("an error tells what the registry said, in one harmless line, and nothing of a web page", () => {
  const said = answerError(
    {
      status: 403,
      url: "https://ghcr.io/v2/a",
      body: '{"errors":[{"code":"DENIED","message":"no\\u001b[2J way"}]}',
      retryAfter: undefined,
    },
    0,
  );
  expect(said.message).toBe("ghcr.io: the credentials do not allow this (HTTP 403: DENIED no [2J way)");
  expect(
    answerError({ status: 500, url: "https://ghcr.io/", body: "<html><script>", retryAfter: undefined }, 0).message,
  ).toContain("a web page");
});
