import { gzipSync } from "node:zlib";
import { inspect as show } from "node:util";
import { type Clock, createHttp, createSender, type Digest, parseImageRef, type Reading, secret } from "@lateen/kernel";
import { createFakeClock, createScaledClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRegistries, type Registries, type RegistryEvent, retag } from "../index.ts";
import { type EcrFault, type FakeEcr, seedImage, startEcr, startRegistry } from "../testing/index.ts";
import { createEcrCalls } from "./ecr-calls.ts";

const revision = "0123456789abcdef0123456789abcdef01234567";
const keys = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "very-secret-key-of-the-test",
  AWS_SESSION_TOKEN: `very-secret-session-${"Zm9v".repeat(40)}`,
};
const other = "sha256:".padEnd(71, "0");

let ecr: FakeEcr;
let registries: Registries;

beforeEach(async () => {
  ecr = await startEcr({ repositories: { "acme/platform": {}, "acme/fixed": { mutability: "IMMUTABLE" } } });
  await seedImage(ecr, { repository: "acme/platform", tags: ["staging-0123456"], revision });
  registries = open();
});
afterEach(() => ecr.close());

/** Slow enough that a busy machine does not run into the deadlines, which this clock counts as well. */
const quick = () => createScaledClock({ factor: 20 });

function open(
  more: { env?: Record<string, string>; clock?: Clock; report?: (event: RegistryEvent) => void } = {},
): Registries {
  return openRegistries({
    registries: { [ecr.host]: { endpoint: ecr.url } },
    env: more.env ?? keys,
    clock: more.clock ?? quick(),
    ...(more.report === undefined ? {} : { report: more.report }),
  });
}

const refOf = (tag: string) => parseImageRef(`${ecr.host}/acme/platform:${tag}`);
const calls = (name: string) => ecr.calls.filter(({ operation }) => operation === name);
const causeOf = <T>(reading: Reading<T>) => (reading.kind === "unknown" ? reading.cause : undefined);

/** Everything that could ever be printed of an error, its causes and their hidden fields. */
const everything = (value: unknown) => show(value, { depth: 12, showHidden: true, maxStringLength: null });

describe("several readers of one request", () => {
  test("one that gives up does not take the others along, whoever came first", async () => {
    for (const quitter of [0, 1]) {
      const controllers = [new AbortController(), new AbortController()];
      const readings = controllers.map(({ signal }) => registries.resolve(refOf("staging-0123456"), signal));
      setTimeout(() => controllers[quitter]?.abort(new Error("enough")), 0);
      const [gone, stays] = await Promise.all([readings[quitter], readings[1 - quitter]]);
      expect(stays?.kind).toBe("found");
      expect(["interrupted", undefined]).toContain(gone === undefined ? "" : causeOf(gone)?.category);
    }
  });

  test("a caller whose signal is aborted before the request is answered at once", async () => {
    const [first, second] = await Promise.all([
      registries.resolve(refOf("staging-0123456"), AbortSignal.abort(new Error("enough"))),
      registries.resolve(refOf("staging-0123456")),
    ]);
    expect(causeOf(first)?.category).toBe("interrupted");
    expect(second.kind).toBe("found");
  });

  test("when all give up, the request ends as well", async () => {
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "exception", name: "ThrottlingException" } });
    const controller = new AbortController();
    registries = open({ clock: createFakeClock() });
    const readings = ["a", "b"].map((tag) => registries.resolve(refOf(tag), controller.signal));
    while (ecr.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("enough"));
    for (const reading of await Promise.all(readings)) expect(causeOf(reading)?.category).toBe("interrupted");
    expect(ecr.calls).toHaveLength(1);
  });

  test("the same tag is asked for once", async () => {
    const same = [refOf("staging-0123456"), refOf("staging-0123456")];
    const readings = await Promise.all(same.map((ref) => registries.resolve(ref)));
    expect(readings.map(({ kind }) => kind)).toEqual(["found", "found"]);
    expect(calls("BatchGetImage").map(({ input }) => input["imageIds"])).toEqual([[{ imageTag: "staging-0123456" }]]);
  });
});

describe("failures inside a 200", () => {
  const failing = (failureCode: string): EcrFault => ({
    kind: "output",
    change: () => ({
      images: [],
      failures: [{ imageId: { imageTag: "staging-0123456" }, failureCode, failureReason: "as it was told" }],
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
    ecr.misbehave({ operation: "BatchGetImage", fault: failing(code) });
    expect(causeOf(await registries.resolve(refOf("staging-0123456")))?.category).toBe(category);
  });

  test("an answer about nothing that was asked is unknown", async () => {
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "output", change: () => ({}) } });
    expect((await registries.resolve(refOf("staging-0123456"))).kind).toBe("unknown");
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
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "exception", name } });
    expect(causeOf(await registries.resolve(refOf("staging-0123456")))?.category).toBe(category);
  });

  test("AccessDenied on the config alone is a matter of credentials too", async () => {
    ecr.misbehave({
      operation: "GetDownloadUrlForLayer",
      fault: { kind: "exception", name: "AccessDeniedException" },
    });
    const cause = causeOf(await registries.revision(refOf("staging-0123456")));
    expect(cause).toMatchObject({ category: "auth", code: "REGISTRY_DENIED" });
    expect(cause?.fix).toContain("ecr:GetDownloadUrlForLayer");
  });

  test("a throttled look at the config is tried again", async () => {
    ecr.misbehave({
      operation: "GetDownloadUrlForLayer",
      times: 1,
      fault: { kind: "exception", name: "ThrottlingException" },
    });
    expect((await registries.revision(refOf("staging-0123456"))).kind).toBe("found");
  });

  test.each<EcrFault>([{ kind: "text", status: 503, text: "SlowDown" }, { kind: "reset" }])(
    "storage that fails once ($kind) is asked again",
    async (fault) => {
      ecr.misbehave({ operation: "storage", times: 1, fault });
      expect((await registries.revision(refOf("staging-0123456"))).kind).toBe("found");
    },
  );

  test("a config that storage has changed is unknown", async () => {
    ecr.misbehave({ operation: "storage", fault: { kind: "text", status: 200, text: "{}" } });
    expect(causeOf(await registries.revision(refOf("staging-0123456")))?.code).toBe("BLOB_DIGEST_MISMATCH");
  });

  test.each([
    ["http://169.254.169.254/latest/meta-data", "link-local"],
    ["https://10.0.0.7/layer", "private"],
    ["file:///etc/passwd", "no address of the web"],
  ])("a config is not fetched from %s (%s)", async (downloadUrl) => {
    ecr.misbehave({ operation: "GetDownloadUrlForLayer", fault: { kind: "output", change: () => ({ downloadUrl }) } });
    expect(causeOf(await registries.revision(refOf("staging-0123456")))?.code).toBe("REGISTRY_REDIRECT_REFUSED");
  });

  test("a throttle holds everybody, as long as the service says", async () => {
    const waits: number[] = [];
    registries = open({ report: (event) => event.type === "registry-waited" && waits.push(event.ms) });
    const headers = { "retry-after": "7" };
    ecr.misbehave({
      operation: "BatchGetImage",
      times: 1,
      fault: { kind: "exception", name: "ThrottlingException", headers },
    });
    expect((await registries.resolve(refOf("staging-0123456"))).kind).toBe("found");
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(7_000);
    expect(waits[0]).toBeLessThanOrEqual(8_000);
  });

  test("a pause beyond all patience is an error at once", async () => {
    const headers = { "retry-after": "1000000000" };
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "exception", name: "ThrottlingException", headers } });
    const cause = causeOf(await registries.resolve(refOf("staging-0123456")));
    expect(cause?.code).toBe("REGISTRY_RATE_LIMITED");
    expect(ecr.calls).toHaveLength(1);
  });

  test("a clock that is off is corrected by the answer's date, and the call made once more", async () => {
    const headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
    const fault: EcrFault = {
      kind: "exception",
      name: "InvalidSignatureException",
      message: "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z",
      headers,
    };
    ecr.misbehave({ operation: "BatchGetImage", times: 1, fault });
    expect((await registries.resolve(refOf("staging-0123456"))).kind).toBe("found");
    expect(ecr.calls).toHaveLength(2);
  });

  test("a signature that stays refused is auth after two calls, and says what to do about the clock", async () => {
    const headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
    const message = "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z";
    ecr.misbehave({
      operation: "BatchGetImage",
      fault: { kind: "exception", name: "InvalidSignatureException", message, headers },
    });
    const cause = causeOf(await registries.resolve(refOf("staging-0123456")));
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
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "text", ...answer } });
    expect(causeOf(await registries.resolve(refOf("staging-0123456")))?.category).toBe("unavailable");
  });

  test("HTML with 403 is a matter of credentials", async () => {
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "text", status: 403, text: "<html>no</html>" } });
    expect(causeOf(await registries.resolve(refOf("staging-0123456")))?.category).toBe("auth");
  });

  test("HTML in answer to a write is doubt: the tag is looked at", async () => {
    ecr.misbehave({ operation: "PutImage", times: 1, fault: { kind: "text", status: 404, text: "<html>" } });
    const verdict = await retag(
      { source: refOf("staging-0123456"), targets: ["latest"] },
      { registries, clock: createFakeClock({ auto: true }) },
    );
    expect(verdict.kind).toBe("go");
    expect(calls("PutImage")).toHaveLength(2);
  });
});

describe("credentials", () => {
  test("nothing that a refused signature quotes is kept, however deep one looks", async () => {
    const message = [
      "The request signature we calculated does not match the signature you provided.",
      `Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/x, Signature=${"a".repeat(64)}`,
      "The Canonical String for this request should have been",
      `'POST\n/\n\nhost:x\nx-amz-security-token:${keys.AWS_SESSION_TOKEN}\n'`,
    ].join("\n");
    for (const name of ["InvalidSignatureException", "SomethingNewException"]) {
      ecr.misbehave({ operation: "BatchGetImage", times: 1, fault: { kind: "exception", name, message } });
      const text = everything(await registries.resolve(refOf("staging-0123456")));
      expect(text).toContain("does not match");
      expect(text).not.toMatch(/very-secret|Zm9vZm9v|aaaaaaaa|AWS4-HMAC/);
    }
  });

  test("a page that quotes the request is not kept either", async () => {
    const text = `<html>you sent ${keys.AWS_SESSION_TOKEN}</html>`;
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "text", status: 500, text } });
    expect(everything(await registries.resolve(refOf("staging-0123456")))).not.toMatch(/Zm9vZm9v/);
  });

  test.each([{}, { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }])(
    "a local endpoint without keys (%j) is auth at once, and asks no metadata service",
    async (env) => {
      registries = open({ env });
      const cause = causeOf(await registries.resolve(refOf("staging-0123456")));
      expect(cause).toMatchObject({ category: "auth", code: "REGISTRY_UNAUTHORIZED" });
      expect(ecr.calls).toEqual([]);
    },
  );

  test("an endpoint elsewhere over plain http is refused before anything is sent", async () => {
    const entry = { endpoint: "http://ecr.example.com" };
    registries = openRegistries({ registries: { [ecr.host]: entry }, env: keys });
    await expect(registries.resolve(refOf("latest"))).rejects.toMatchObject({
      code: "REGISTRY_INSECURE",
      category: "input",
    });
  });

  test("the password of /v2/ is renewed once it has expired", async () => {
    const there = await startRegistry();
    try {
      const into = `${there.host}/acme/copy`;
      await copyTo(`${into}:one`);
      ecr.expirePassword();
      const fresh = await seedImage(ecr, { repository: "acme/platform", tags: ["two"], content: "two" });
      await copyTo(`${into}:two`, "two");
      expect(there.store.tag("acme/copy", "two")).toBe(fresh.digest);
      expect(calls("GetAuthorizationToken")).toHaveLength(2);
    } finally {
      await there.close();
    }
  });
});

describe("copying into ECR", () => {
  test("a repository that does not exist is what is missing, not the source's content", async () => {
    const there = await startRegistry();
    try {
      await seedImage(there, { repository: "acme/web", tags: ["one"] });
      const source = parseImageRef(`${there.host}/acme/web:one`);
      const target = parseImageRef(`${ecr.host}/acme/nothing:one`);
      const verdict = await retag(
        { source, targets: [target] },
        { registries, clock: createFakeClock({ auto: true }) },
      );
      expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
      const reason = verdict.kind === "stop" ? verdict.reason : "";
      expect(reason).toContain("acme/nothing");
      expect(reason).not.toContain("not in the source");
    } finally {
      await there.close();
    }
  });
});

describe("immutable tags", () => {
  const fixed = () => `${ecr.host}/acme/fixed`;
  const seed = (tags: string[], content: string) => seedImage(ecr, { repository: "acme/fixed", tags, content });

  test("a dry run refuses what the real run refuses, and writes nothing", async () => {
    await seed(["next"], "new");
    await seed(["latest"], "old");
    const verdict = await dryRun(`${fixed()}:next`);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toContain("IMMUTABLE_WITH_EXCLUSION");
    expect(calls("PutImage")).toEqual([]);
  });

  test("a tag that does not exist yet may be created", async () => {
    await seed(["next"], "new");
    expect((await dryRun(`${fixed()}:next`)).kind).toBe("go");
  });

  test("a preflight lets a tag pass that is right already", async () => {
    const seeded = await seed(["next", "latest"], "new");
    const { repository } = parseImageRef(fixed());
    const manifest = await registries.manifest(parseImageRef(`${fixed()}:next`));
    if (manifest.kind !== "found") throw new Error(manifest.kind);
    expect(manifest.value.digest).toBe(seeded.digest);
    expect(await registries.preflight(repository, manifest.value, ["latest"])).toMatchObject({ kind: "go" });
  });
});

describe("writing", () => {
  test("the bytes that the tag had are kept", async () => {
    const old = await seedImage(ecr, { repository: "acme/platform", tags: ["latest"], content: "old" });
    const verdict = await retag(
      { source: refOf("staging-0123456"), targets: ["latest"] },
      { registries, clock: createFakeClock({ auto: true }) },
    );
    const [row] = (verdict.kind === "go" ? verdict.value.images[0]?.tags : undefined) ?? [];
    expect(row?.before).toBe(old.digest);
    expect(Buffer.from(row?.previous?.bytes ?? []).equals(old.bytes)).toBe(true);
  });

  test("every call names the account of the host, so that another account's repository is meant", async () => {
    await retag(
      { source: refOf("staging-0123456"), targets: ["latest"] },
      { registries, clock: createFakeClock({ auto: true }) },
    );
    expect(new Set(ecr.calls.map(({ input }) => input["registryId"]))).toEqual(new Set(["123456789012"]));
  });

  test.each(["AccessDeniedException", "KmsException"])("%s is not applied, and auth", async (name) => {
    ecr.misbehave({ operation: "PutImage", fault: { kind: "exception", name } });
    const attempt = retag(
      { source: refOf("staging-0123456"), targets: ["latest"] },
      { registries, clock: createFakeClock({ auto: true }) },
    );
    await expect(attempt).rejects.toMatchObject({ category: "auth" });
    expect(calls("PutImage")).toHaveLength(1);
  });

  test("ImageAlreadyExists for another pair is no success", async () => {
    ecr.misbehave({ operation: "PutImage", fault: { kind: "exception", name: "ImageAlreadyExistsException" } });
    const verdict = await retag(
      { source: refOf("staging-0123456"), targets: ["latest"] },
      { registries, clock: createFakeClock({ auto: true }) },
    );
    expect(verdict.kind).toBe("stop");
    expect(ecr.store.tag("acme/platform", "latest")).toBeUndefined();
  });

  test("another digest in the answer is doubt, and the tag decides", async () => {
    const change = () => ({ image: { imageId: { imageDigest: other } } });
    ecr.misbehave({ operation: "PutImage", times: 1, fault: { kind: "output", change } });
    const verdict = await retag(
      { source: refOf("staging-0123456"), targets: ["latest"] },
      { registries, clock: createFakeClock({ auto: true }) },
    );
    expect(verdict.kind).toBe("go");
    expect(calls("PutImage")).toHaveLength(1);
  });

  test("bytes that are not text are refused before they are sent", async () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key } = keys;
    const clock = createFakeClock({ auto: true });
    const ecrCalls = createEcrCalls({
      account: "123456789012",
      region: "us-east-2",
      endpoint: ecr.url,
      isLocal: true,
      keys: { id, secret: secret(key), session: undefined },
      http: createHttp({ send: createSender(() => import("undici")) }),
      clock,
    });
    const bytes = Uint8Array.of(0x7b, 0xff, 0x7d);
    const manifest = { bytes, digest: other as Digest, mediaType: "application/json", size: 3 };
    await expect(ecrCalls.putImage("acme/platform", manifest, "latest")).rejects.toMatchObject({
      code: "MANIFEST_UNREADABLE",
    });
    expect(calls("PutImage")).toEqual([]);
  });
});

async function copyTo(target: string, tag = "staging-0123456"): Promise<void> {
  const verdict = await retag(
    { source: refOf(tag), targets: [parseImageRef(target)] },
    { registries, clock: createFakeClock({ auto: true }) },
  );
  expect(verdict.kind).toBe("go");
}

async function dryRun(source: string): Promise<Awaited<ReturnType<typeof retag>>> {
  return await retag(
    { source: parseImageRef(source), targets: ["latest"], dryRun: true },
    { registries, clock: createFakeClock({ auto: true }) },
  );
}
