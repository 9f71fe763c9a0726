import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { candidate, causeOf, closeEcrs, startEcrTestWorld } from "../testing/ecr-test-world.ts";
import { type EcrFault } from "../testing/start-ecr.ts";

afterEach(closeEcrs);

describe("failures inside a 200", () => {
  const failing = (failureCode: string): EcrFault => ({
    kind: "output",
    change: () => ({
      images: [],
      failures: [{ imageId: { imageTag: candidate }, failureCode, failureReason: "as configured" }],
    }),
  });

  test.each([
    ["KmsError", "auth"],
    ["UpstreamAccessDenied", "auth"],
    ["UpstreamTooManyRequests", "unavailable"],
    ["UpstreamUnavailable", "unavailable"],
    ["ImageInaccessible", "state"],
    ["ImageTagDoesNotMatchDigest", "unavailable"],
    ["constructor", "unavailable"],
  ])("%s is %s, never absence", async (code, category) => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "BatchGetImage", fault: failing(code) });
    expect(causeOf(await registries.resolve(refOf(candidate)))?.category).toBe(category);
  });

  test("an answer about nothing that was asked is unknown", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "output", change: () => ({}) } });
    expect((await registries.resolve(refOf(candidate))).kind).toBe("unknown");
  });
});

describe("exceptions", () => {
  test.each([
    ["AccessDeniedException", "auth"],
    ["KmsException", "auth"],
    ["ExpiredTokenException", "auth"],
    ["InvalidParameterException", "state"],
    ["constructor", "unavailable"],
  ])("%s on a read is %s", async (name, category) => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "exception", name } });
    expect(causeOf(await registries.resolve(refOf(candidate)))?.category).toBe(category);
  });

  test("AccessDenied on the config alone is a matter of credentials too", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({
      operation: "GetDownloadUrlForLayer",
      fault: { kind: "exception", name: "AccessDeniedException" },
    });
    const cause = causeOf(await registries.revision(refOf(candidate)));
    expect(cause).toMatchObject({ category: "auth", code: "REGISTRY_DENIED" });
    expect(cause?.fix).toContain("ecr:GetDownloadUrlForLayer");
  });

  test("a throttled look at the config is tried again", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({
      operation: "GetDownloadUrlForLayer",
      times: 1,
      fault: { kind: "exception", name: "ThrottlingException" },
    });
    expect((await registries.revision(refOf(candidate))).kind).toBe("found");
  });

  test.each<EcrFault>([{ kind: "text", status: 503, text: "SlowDown" }, { kind: "reset" }])(
    "storage that fails once ($kind) is asked again",
    async (fault) => {
      const { ecr, registries, refOf } = await startEcrTestWorld();
      ecr.misbehave({ operation: "storage", times: 1, fault });
      expect((await registries.revision(refOf(candidate))).kind).toBe("found");
    },
  );

  test("a config that storage has changed is unknown", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "storage", fault: { kind: "text", status: 200, text: "{}" } });
    expect(causeOf(await registries.revision(refOf(candidate)))?.code).toBe("BLOB_DIGEST_MISMATCH");
  });

  test.each([
    ["http://169.254.169.254/latest/meta-data", "link-local"],
    ["https://10.0.0.7/layer", "private"],
    ["file:///etc/passwd", "no address of the web"],
  ])("a config is not fetched from %s (%s)", async (downloadUrl) => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "GetDownloadUrlForLayer", fault: { kind: "output", change: () => ({ downloadUrl }) } });
    expect(causeOf(await registries.revision(refOf(candidate)))?.code).toBe("REGISTRY_REDIRECT_REFUSED");
  });

  test("a throttle holds everybody, as long as the service says", async () => {
    const { ecr, open, refOf } = await startEcrTestWorld();
    const waits: number[] = [];
    const registries = open({ report: (event) => event.type === "registry-waited" && waits.push(event.ms) });
    const headers = { "retry-after": "7" };
    ecr.misbehave({
      operation: "BatchGetImage",
      times: 1,
      fault: { kind: "exception", name: "ThrottlingException", headers },
    });
    expect((await registries.resolve(refOf(candidate))).kind).toBe("found");
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(7_000);
    expect(waits[0]).toBeLessThanOrEqual(8_000);
  });

  test("a pause beyond all patience is an error at once", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    const headers = { "retry-after": "1000000000" };
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "exception", name: "ThrottlingException", headers } });
    const cause = causeOf(await registries.resolve(refOf(candidate)));
    expect(cause?.code).toBe("REGISTRY_RATE_LIMITED");
    expect(ecr.calls).toHaveLength(1);
  });

  test("a clock that is off is corrected by the answer's date, and the call made once more", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    const headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
    const fault: EcrFault = {
      kind: "exception",
      name: "InvalidSignatureException",
      message: "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z",
      headers,
    };
    ecr.misbehave({ operation: "BatchGetImage", times: 1, fault });
    expect((await registries.resolve(refOf(candidate))).kind).toBe("found");
    expect(ecr.calls).toHaveLength(2);
  });

  test("a signature that stays refused is auth after two calls, and says what to do about the clock", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    const headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
    const message = "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z";
    ecr.misbehave({
      operation: "BatchGetImage",
      fault: { kind: "exception", name: "InvalidSignatureException", message, headers },
    });
    const cause = causeOf(await registries.resolve(refOf(candidate)));
    expect(cause).toMatchObject({ category: "auth", fix: expect.stringContaining("clock") as string });
    expect(ecr.calls.length).toBeLessThanOrEqual(2);
  });
});

describe("answers that are none", () => {
  test.each([
    ["HTML with 404", { status: 404, text: "<html>no such page</html>" }],
    ["HTML with 500", { status: 500, text: "<html>oops</html>" }],
    ["a JSON list", { status: 200, text: "[]" }],
    ["nothing with 400", { status: 400, text: "" }],
    ["more than anybody reads", { status: 200, text: Buffer.alloc(25 * 1024 * 1024, 32) }],
    [
      "a bomb",
      { status: 200, text: gzipSync(Buffer.alloc(64 * 1024 * 1024)), headers: { "content-encoding": "gzip" } },
    ],
  ])("%s is unknown and unavailable", async (_name, answer) => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "text", ...answer } });
    expect(causeOf(await registries.resolve(refOf(candidate)))?.category).toBe("unavailable");
  });

  test("HTML with 403 is a matter of credentials", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "text", status: 403, text: "<html>no</html>" } });
    expect(causeOf(await registries.resolve(refOf(candidate)))?.category).toBe("auth");
  });

  test("HTML in answer to a write is doubt: the tag is looked at", async () => {
    const { ecr, calls, move } = await startEcrTestWorld();
    ecr.misbehave({ operation: "PutImage", times: 1, fault: { kind: "text", status: 404, text: "<html>" } });
    const verdict = await move();
    expect(verdict.kind).toBe("go");
    expect(calls("PutImage")).toHaveLength(2);
  });
});
