import { type Digest, formatImageRef, parseImageRef } from "@lateen/kernel";
import { createFakeClock, createScaledClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRegistries, type Registries, retag } from "../index.ts";
import { seedImage, startEcr, startRegistry } from "../testing/index.ts";
import type { RetagReport } from "../retag/report.ts";
import type { FakeEcr } from "../testing/start-ecr.ts";
import type { SeededImage } from "../testing/seed-image.ts";

const revision = "0123456789abcdef0123456789abcdef01234567";
const keys = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "very-secret-key-of-the-test" };

let ecr: FakeEcr;
let registries: Registries;
let image: SeededImage;
let repository: string;

beforeEach(async () => {
  ecr = await startEcr({ repositories: { "acme/platform": {} } });
  repository = `${ecr.host}/acme/platform`;
  image = await seedImage(ecr, { repository: "acme/platform", tags: ["staging-0123456"], revision });
  registries = open(keys);
});

afterEach(() => ecr.close());

function open(env: Record<string, string>): Registries {
  return openRegistries({ registries: { [ecr.host]: { kind: "ecr", endpoint: ecr.url } }, env });
}

async function move(tag = "latest", more: { settleMs?: number } = {}): Promise<Awaited<ReturnType<typeof retag>>> {
  const source = parseImageRef(`${repository}:staging-0123456`);
  return await retag(
    { source, targets: [tag], settleMs: 2_000, ...more },
    { registries, clock: createFakeClock({ auto: true }) },
  );
}

function operations(): string[] {
  return ecr.calls.map(({ operation }) => operation);
}

function only(report: RetagReport | undefined): RetagReport["images"][number]["tags"][number] | undefined {
  return report?.images[0]?.tags[0];
}

describe("reading", () => {
  test("a tag, its bytes and its revision through the configs of all platforms", async () => {
    const ref = parseImageRef(`${repository}:staging-0123456`);
    const manifest = await registries.manifest(ref);
    expect(manifest.kind === "found" && Buffer.from(manifest.value.bytes).equals(image.bytes)).toBe(true);
    expect(await registries.revision(ref)).toEqual({ kind: "found", value: revision });
  });

  test("source and present tag are one request", async () => {
    const [source, tag] = await Promise.all([
      registries.manifest(parseImageRef(`${repository}@${image.digest}`)),
      registries.resolve(parseImageRef(`${repository}:latest`)),
    ]);
    expect({ kindSource: source.kind, kindTag: tag.kind }).toEqual({ kindSource: "found", kindTag: "absent" });
    expect(operations()).toEqual(["BatchGetImage"]);
  });

  test("a repository that is not there is absence", async () => {
    expect((await registries.resolve(parseImageRef(`${ecr.host}/acme/nothing:latest`))).kind).toBe("absent");
  });

  test.each(["InternalFailure", "ThrottlingException"])("%s is tried again, then unknown", async (name) => {
    registries = openRegistries({
      registries: { [ecr.host]: { kind: "ecr", endpoint: ecr.url } },
      env: keys,
      clock: createScaledClock({ factor: 200 }),
    });
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "exception", name, status: 500 } });
    const reading = await registries.resolve(parseImageRef(`${repository}:latest`));
    expect(reading.kind).toBe("unknown");
    expect(ecr.calls.length).toBeGreaterThan(1);
  });

  test("bytes that are not those of the digest are refused", async () => {
    ecr.misbehave({
      operation: "BatchGetImage",
      fault: { kind: "output", change: (output) => changeText(output, /linux/, "lunix") },
    });
    const reading = await registries.manifest(parseImageRef(`${repository}:staging-0123456`));
    expect(reading.kind === "unknown" && reading.cause.code).toBe("MANIFEST_DIGEST_MISMATCH");
  });

  test("wrong keys are a matter of credentials, and stand in no text", async () => {
    registries = open({ ...keys, AWS_ACCESS_KEY_ID: "AKIDWRONG" });
    const reading = await registries.resolve(parseImageRef(`${repository}:latest`));
    expect(reading.kind === "unknown" && reading.cause.category).toBe("auth");
    expect(JSON.stringify(reading)).not.toContain("very-secret");
  });

  test("HTML instead of an answer is unknown", async () => {
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "text", status: 200, text: "<html>login</html>" } });
    expect((await registries.resolve(parseImageRef(`${repository}:latest`))).kind).toBe("unknown");
  });
});

describe("moving a tag", () => {
  test("two calls and one to settle", async () => {
    const verdict = await move();
    expect(verdict.kind === "go" && only(verdict.value)).toMatchObject({
      tag: "latest",
      action: "created",
      after: image.digest,
    });
    expect(operations().filter((name) => name === "PutImage")).toHaveLength(1);
    expect(operations().length).toBeLessThanOrEqual(4);
    expect(ecr.store.tag("acme/platform", "latest")).toBe(image.digest);
  });

  test("a tag that is right already costs no write", async () => {
    ecr.store.setTag("acme/platform", "latest", image.digest);
    const verdict = await move();
    expect(verdict.kind === "go" && verdict.value.changed).toBe(false);
    expect(operations()).not.toContain("PutImage");
  });

  test.each([
    { name: "InternalFailure", done: true },
    { name: "InternalFailure", done: false },
  ])("after $name (done: $done) the tag is looked at, and ends right", async ({ name, done }) => {
    ecr.misbehave({ operation: "PutImage", times: 1, fault: { kind: "exception", name, status: 500, done } });
    const verdict = await move();
    expect(verdict.kind).toBe("go");
    expect(operations().filter((operation) => operation === "PutImage")).toHaveLength(done ? 1 : 2);
  });

  test("a connection torn after the write is not written again", async () => {
    ecr.misbehave({ operation: "PutImage", times: 1, fault: { kind: "reset", done: true } });
    expect((await move()).kind).toBe("go");
    expect(operations().filter((operation) => operation === "PutImage")).toHaveLength(1);
  });

  test("an immutable tag is refused with the fix", async () => {
    await ecr.close();
    ecr = await startEcr({ repositories: { "acme/platform": { mutability: "IMMUTABLE" } } });
    image = await seedImage(ecr, { repository: "acme/platform", tags: ["staging-0123456"], revision });
    const old = await seedImage(ecr, {
      repository: "acme/platform",
      tags: ["latest"],
      revision: revision.replace("0", "f"),
    });
    registries = open(keys);
    const verdict = await move();
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && JSON.stringify(verdict)).toContain("IMMUTABLE_WITH_EXCLUSION");
    expect(ecr.store.tag("acme/platform", "latest")).toBe(old.digest);
  });

  test("from another registry: content is copied over /v2/ with the password of ECR", async () => {
    const other = await startRegistry();
    try {
      const there = await seedImage(other, { repository: "acme/web", tags: ["staging-0123456"], revision });
      const source = parseImageRef(`${other.host}/acme/web:staging-0123456`);
      const target = parseImageRef(`${repository}:web`);
      const verdict = await retag(
        { source, targets: [target], settleMs: 2_000 },
        { registries, clock: createFakeClock({ auto: true }) },
      );
      expect(verdict.kind).toBe("go");
      expect(ecr.store.tag("acme/platform", "web")).toBe(there.digest);
    } finally {
      await other.close();
    }
  });
});

describe("preflight", () => {
  test("leaves no trace and proves that writing is allowed", async () => {
    const manifest = await found(`${repository}:staging-0123456`);
    const before = JSON.stringify([...ecr.store.repository("acme/platform").tags]);
    const verdict = await registries.preflight(parseImageRef(repository).repository, manifest, ["latest"]);
    expect(verdict).toMatchObject({ kind: "go", value: { permission: "proven", mutability: "mutable" } });
    expect(JSON.stringify([...ecr.store.repository("acme/platform").tags])).toBe(before);
  });

  test("a refused write is a matter of credentials", async () => {
    const manifest = await found(`${repository}:staging-0123456`);
    ecr.misbehave({ operation: "PutImage", fault: { kind: "exception", name: "AccessDeniedException" } });
    const attempt = registries.preflight(parseImageRef(repository).repository, manifest, ["latest"]);
    await expect(attempt).rejects.toMatchObject({ category: "auth" });
  });
});

async function found(
  text: string,
): Promise<Extract<Awaited<ReturnType<Registries["manifest"]>>, { kind: "found" }>["value"]> {
  const ref = parseImageRef(text);
  const reading = await registries.manifest(ref);
  if (reading.kind !== "found") throw new Error(`${formatImageRef(ref)} is ${reading.kind}`);
  return reading.value;
}

function changeText(output: object, from: RegExp, to: string): object {
  const { images = [] } = output as { images?: { imageManifest: string; imageId: { imageDigest: Digest } }[] };
  return {
    ...output,
    images: images.map((entry) => ({ ...entry, imageManifest: entry.imageManifest.replace(from, to) })),
  };
}
