import { inspect as show } from "node:util";
import { parseImageRef } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { openRegistries } from "../open-registries.ts";
import { candidate, causeOf, closeEcrs, keys, startEcrTestWorld } from "../testing/ecr-test-world.ts";
import { seedImage, startRegistry } from "../testing/index.ts";

afterEach(closeEcrs);

/** Everything that could ever be printed of an error, its causes and their hidden fields. */
const everything = (value: unknown) => show(value, { depth: 12, showHidden: true, maxStringLength: null });

describe("credentials", () => {
  test("nothing that a refused signature quotes is kept, however deep one looks", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    const message = [
      "The request signature we calculated does not match the signature you provided.",
      `Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/x, Signature=${"a".repeat(64)}`,
      "The Canonical String for this request should have been",
      `'POST\n/\n\nhost:x\nx-amz-security-token:${keys.AWS_SESSION_TOKEN}\n'`,
    ].join("\n");
    for (const name of ["InvalidSignatureException", "SomethingNewException"]) {
      ecr.misbehave({ operation: "BatchGetImage", times: 1, fault: { kind: "exception", name, message } });
      const text = everything(await registries.resolve(refOf(candidate)));
      expect(text).toContain("does not match");
      expect(text).not.toMatch(/very-secret|Zm9vZm9v|aaaaaaaa|AWS4-HMAC/);
    }
  });

  test("a page that quotes the request is not kept either", async () => {
    const { ecr, registries, refOf } = await startEcrTestWorld();
    const text = `<html>you sent ${keys.AWS_SESSION_TOKEN}</html>`;
    ecr.misbehave({ operation: "BatchGetImage", fault: { kind: "text", status: 500, text } });
    const reading = await registries.resolve(refOf(candidate));
    expect(reading.kind).toBe("unknown");
    expect(everything(reading)).not.toMatch(/Zm9vZm9v/);
  });

  test.each([{}, { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }])(
    "a local endpoint without keys (%j) is auth at once, and asks no metadata service",
    async (env) => {
      const { ecr, open, refOf } = await startEcrTestWorld();
      const registries = open({ env });
      const cause = causeOf(await registries.resolve(refOf(candidate)));
      expect(cause).toMatchObject({ category: "auth", code: "REGISTRY_UNAUTHORIZED" });
      expect(ecr.calls).toEqual([]);
    },
  );

  test("an endpoint elsewhere over plain http is refused before anything is sent", async () => {
    const { ecr, refOf } = await startEcrTestWorld();
    const entry = { endpoint: "http://ecr.example.com" };
    const registries = openRegistries({ registries: { [ecr.host]: entry }, env: keys });
    await expect(registries.resolve(refOf("latest"))).rejects.toMatchObject({
      code: "REGISTRY_INSECURE",
      category: "input",
    });
  });

  test("the password of /v2/ is renewed once it has expired", async () => {
    const { ecr, refOf, calls, move } = await startEcrTestWorld();
    const there = await startRegistry();
    try {
      const into = `${there.host}/acme/copy`;
      expect((await move({ target: parseImageRef(`${into}:one`) })).kind).toBe("go");
      ecr.expirePassword();
      const fresh = await seedImage(ecr, { repository: "acme/platform", tags: ["two"], content: "two" });
      const two = { source: refOf("two"), target: parseImageRef(`${into}:two`) };
      expect((await move(two)).kind).toBe("go");
      expect(there.store.tag("acme/copy", "two")).toBe(fresh.digest);
      expect(calls("GetAuthorizationToken")).toHaveLength(2);
    } finally {
      await there.close();
    }
  });
});
