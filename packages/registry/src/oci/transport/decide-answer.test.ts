import type { ReleaseError } from "@lateen/kernel";
import { expect, test } from "vitest";
import { answerError, type FailedAnswer } from "./answer-error.ts";
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
  [404, "404 page not found\n", "REGISTRY_UNAVAILABLE"],
  [404, "", "REGISTRY_NOT_FOUND"],
  [413, "", "REGISTRY_TOO_LARGE"],
  [418, "", "REGISTRY_REQUEST_REFUSED"],
  [429, "", "REGISTRY_RATE_LIMITED"],
  [500, "", "REGISTRY_UNAVAILABLE"],
  [501, "", "REGISTRY_REQUEST_REFUSED"],
  [522, "", "REGISTRY_UNAVAILABLE"],
  [399, "", "REGISTRY_UNAVAILABLE"],
])("%i %s is %s", (status, body, code) => {
  expect(decideAnswer({ status, body }).code).toBe(code);
});

test("only an answer that proves it lets a write be sent again", () => {
  expect(isSurelyNotApplied("REGISTRY_RATE_LIMITED")).toBe(true);
  expect(isSurelyNotApplied("REGISTRY_UNAVAILABLE")).toBe(false);
  expect(isSurelyNotApplied("HTTP_TIMEOUT")).toBe(false);
});

const said = (answer: Partial<FailedAnswer>): ReleaseError =>
  answerError({ status: 403, url: "https://reg.example.com/v2/a", body: "", retryAfter: undefined, ...answer }, 0);
const errors = (code: string, message: string, detail?: unknown): string =>
  JSON.stringify({ errors: [{ code, message, detail }] });

test.each<[string, Partial<FailedAnswer>, string]>([
  [
    "a blob that the manifest lists",
    { status: 400, writes: "manifest", body: errors("MANIFEST_BLOB_UNKNOWN", "x") },
    "REGISTRY_CONTENT_MISSING",
  ],
  [
    "the same with 404",
    { status: 404, writes: "manifest", body: errors("BLOB_UNKNOWN", "x") },
    "REGISTRY_CONTENT_MISSING",
  ],
  [
    "a child that the index lists",
    { status: 404, writes: "manifest", body: errors("MANIFEST_UNKNOWN", "x") },
    "REGISTRY_CONTENT_MISSING",
  ],
  [
    "a subject that is to come",
    { status: 400, writes: "manifest", body: errors("MANIFEST_INVALID", "unknown subject") },
    "REGISTRY_CONTENT_MISSING",
  ],
  [
    "a layer whose address is not allowed",
    { status: 500, writes: "manifest", body: errors("UNKNOWN", "unknown error", "invalid URL on layer") },
    "REGISTRY_REQUEST_REFUSED",
  ],
  [
    "a repository that is not there",
    { status: 404, writes: "manifest", body: errors("NAME_UNKNOWN", "x") },
    "REGISTRY_NOT_FOUND",
  ],
  [
    "a manifest that a read does not find",
    { status: 404, body: errors("MANIFEST_UNKNOWN", "x") },
    "REGISTRY_NOT_FOUND",
  ],
  [
    "a tag that Docker Hub keeps",
    { status: 403, body: errors("DENIED", "tag is immutable") },
    "REGISTRY_TAG_IMMUTABLE",
  ],
  [
    "a tag that Artifact Registry keeps",
    {
      status: 400,
      writes: "manifest",
      body: errors("MANIFEST_INVALID", "the repository has enabled tag immutability"),
    },
    "REGISTRY_TAG_IMMUTABLE",
  ],
  [
    "a quota",
    { status: 403, body: errors("DENIED", "adding 5 MiB will exceed the project quota") },
    "REGISTRY_REQUEST_REFUSED",
  ],
])("what a write lacks by the answer: %s", (_name, answer, code) => {
  expect(said(answer).code).toBe(code);
});

test("an error repeats the registry's codes, messages and details in one harmless line", () => {
  const error = said({
    status: 500,
    body: errors("MANIFEST_INVALID", "no\u001b[2J way", { url: "invalid URL on layer" }),
  });
  expect(error.message).toMatch(/HTTP 500: MANIFEST_INVALID no \[2J way \{"url":"invalid URL on layer"\}\)$/);
});

test.each([
  ["<html><script>sid=s3cret</script>", "text/html", "33 bytes of a web page"],
  ["sid=s3cret", "text/plain; charset=utf-8", "10 bytes of type text/plain"],
  ["sid=s3cret", undefined, "10 bytes of text without a type"],
  ['"s3cret"', "application/json", "8 bytes of type application/json"],
])("of a body that is not the registry's JSON only type and length are shown: %s", (body, contentType, shown) => {
  const { message } = said({ body, contentType });
  expect(message).toContain(shown);
  expect(message).not.toContain("s3cret");
});

const push = { action: "pull,push", repository: "acme/x" } as const;

test.each<[string, Partial<FailedAnswer>, RegExp, RegExp]>([
  ["no login yet", { status: 401, ...push }, /valid credentials are wanted/, /log in/],
  ["the login is valid", { status: 401, identified: true, ...push }, /may not push to acme\/x/, /owner/],
  ["GHCR", { url: "https://ghcr.io/v2/acme/x/manifests/a", ...push }, /may not push/, /packages: write/],
  ["another registry", push, /may not push to acme\/x/, /^(?!.*(?:GHCR|packages: write))/],
  ["a protected tag", { ...push, body: errors("DENIED", "tag is protected") }, /protected/, /protection rule/],
  ["a quota", { ...push, body: errors("DENIED", "quota exceeded") }, /quota/, /delete old images/],
  [
    "a layer that a proxy does not let through",
    { status: 413, writes: "blob" },
    /layer is larger/,
    /client_max_body_size/,
  ],
  ["a plan", { status: 402, ...push }, /plan does not allow it to push to acme\/x/, /payment/],
  ["a read-only registry", { status: 405, body: "Method not allowed\n" }, /does not allow this/, /read-only/],
  ["a cache", { status: 405, body: errors("UNSUPPORTED", "x") }, /does not allow this/, /pull-through cache/],
  [
    "a manifest that is not taken",
    { status: 400, writes: "manifest", body: errors("MANIFEST_INVALID", "x") },
    /does not take this manifest/,
    /registry's words/,
  ],
  ["no room", { status: 507 }, /storage, is used up/, /delete old images/],
  [
    "a lost upload",
    { status: 404, writes: "blob", body: errors("BLOB_UPLOAD_UNKNOWN", "x") },
    /lost the upload/,
    /http\.secret/,
  ],
  ["a manifest that is too large", { status: 413, writes: "manifest" }, /manifest is larger/, /fewer platforms/],
])("the advice fits the cause: %s", (_name, answer, message, fix) => {
  const error = said(answer);
  expect(error.message).toMatch(message);
  expect(error.fix).toMatch(fix);
});
