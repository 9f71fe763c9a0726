import { createHttp, createSender, type Digest, parseImageRef, secret } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import { closeEcrs, keys, startEcrTestWorld } from "../testing/ecr-test-world.ts";
import { seedImage, startRegistry } from "../testing/index.ts";
import { createEcrCalls } from "./ecr-calls.ts";
import type { FakeEcr } from "../testing/start-ecr.ts";

afterEach(closeEcrs);

const other = "sha256:".padEnd(71, "0");

describe("copying into ECR", () => {
  test("a repository that does not exist is what is missing, not the source's content", async () => {
    const { ecr, move } = await startEcrTestWorld();
    const there = await startRegistry();
    try {
      await seedImage(there, { repository: "acme/web", tags: ["one"] });
      const source = parseImageRef(`${there.host}/acme/web:one`);
      const target = parseImageRef(`${ecr.host}/acme/nothing:one`);
      const verdict = await move({ source, target });
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
  const seed = (ecr: FakeEcr, tags: string[], content: string) =>
    seedImage(ecr, { repository: "acme/fixed", tags, content });

  test("a tag that exists may not be moved, which is asked without a write", async () => {
    const { ecr, calls, registries } = await startEcrTestWorld();
    const { digest } = await seed(ecr, ["next"], "new");
    await seed(ecr, ["latest"], "old");
    const { repository } = parseImageRef(`${ecr.host}/acme/fixed`);
    const verdict = await registries.checkTags?.(repository, digest, ["latest"]);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict?.kind === "stop" && verdict.reason).toContain("IMMUTABLE_WITH_EXCLUSION");
    expect(calls("PutImage")).toEqual([]);
  });

  test("a tag that does not exist yet may be created", async () => {
    const { ecr, registries } = await startEcrTestWorld();
    const { digest } = await seed(ecr, ["next"], "new");
    const { repository } = parseImageRef(`${ecr.host}/acme/fixed`);
    expect(await registries.checkTags?.(repository, digest, ["latest"])).toMatchObject({ kind: "go" });
  });

  test("a preflight lets a tag pass that is right already", async () => {
    const { ecr, registries } = await startEcrTestWorld();
    const seeded = await seed(ecr, ["next", "latest"], "new");
    const { repository } = parseImageRef(`${ecr.host}/acme/fixed`);
    const manifest = await registries.manifest(parseImageRef(`${ecr.host}/acme/fixed:next`));
    if (manifest.kind !== "found") throw new Error(manifest.kind);
    expect(manifest.value.digest).toBe(seeded.digest);
    expect(await registries.preflight(repository, manifest.value, ["latest"])).toMatchObject({ kind: "go" });
  });
});

describe("writing", () => {
  test("the bytes that the tag had are kept", async () => {
    const { ecr, move } = await startEcrTestWorld();
    const old = await seedImage(ecr, { repository: "acme/platform", tags: ["latest"], content: "old" });
    const verdict = await move();
    const [row] = (verdict.kind === "go" ? verdict.value.images[0]?.tags : undefined) ?? [];
    expect(row?.before).toBe(old.digest);
    expect(Buffer.from(row?.previous?.bytes ?? []).equals(old.bytes)).toBe(true);
  });

  test("every call names the account of the host, so that another account's repository is meant", async () => {
    const { ecr, move } = await startEcrTestWorld();
    await move();
    expect(new Set(ecr.calls.map(({ input }) => input["registryId"]))).toEqual(new Set(["123456789012"]));
  });

  test.each(["AccessDeniedException", "KmsException"])("%s is not applied, and auth", async (name) => {
    const { ecr, calls, move } = await startEcrTestWorld();
    ecr.misbehave({ operation: "PutImage", fault: { kind: "exception", name } });
    const attempt = move();
    await expect(attempt).rejects.toMatchObject({ category: "auth" });
    expect(calls("PutImage")).toHaveLength(1);
  });

  test("ImageAlreadyExists for another pair is no success", async () => {
    const { ecr, move } = await startEcrTestWorld();
    ecr.misbehave({ operation: "PutImage", fault: { kind: "exception", name: "ImageAlreadyExistsException" } });
    const verdict = await move();
    expect(verdict.kind).toBe("stop");
    expect(ecr.store.tag("acme/platform", "latest")).toBeUndefined();
  });

  test("another digest in the answer is doubt, and the tag decides", async () => {
    const { ecr, calls, move } = await startEcrTestWorld();
    const change = () => ({ image: { imageId: { imageDigest: other } } });
    ecr.misbehave({ operation: "PutImage", times: 1, fault: { kind: "output", change } });
    const verdict = await move();
    expect(verdict.kind).toBe("go");
    expect(calls("PutImage")).toHaveLength(1);
  });

  test("bytes that are not text are refused before they are sent", async () => {
    const { ecr, calls } = await startEcrTestWorld();
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
