import { gzipSync } from "node:zlib";
import { type Digest, parseImageRef } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { inspect } from "../inspect.ts";
import { openRegistries } from "../open-registries.ts";
import { retag } from "../retag.ts";
import type { LoggedRequest, Misbehaviour } from "../testing/misbehaviour.ts";
import { action, clock, closeServers, isPut, isSource, puts, startRetagWorld, ways } from "../testing/retag-world.ts";

afterEach(closeServers);

const isLatestRead = (request: LoggedRequest): boolean =>
  request.method !== "PUT" && request.path.endsWith("/manifests/latest");

describe.each(ways)("over %s", (_name, env) => {
  const world = () => startRetagWorld(env);

  describe("answers that contradict themselves are unknown, and nothing is written", () => {
    const wrong = `sha256:${"9".repeat(64)}`;
    test.each<[string, Misbehaviour["fault"], string]>([
      ["a foreign digest header", { kind: "headers", headers: { "docker-content-digest": wrong } }, "the header says"],
      [
        "a digest header that is none",
        { kind: "headers", headers: { "docker-content-digest": "sha256:xyz" } },
        "not a digest",
      ],
      [
        "a body that was changed on the way",
        { kind: "body", change: (body) => Buffer.from(body.toString().replace("linux", "Linux")) },
        "integrity",
      ],
      ["one byte too many", { kind: "body", change: (body) => Buffer.concat([body, Buffer.from("\n")]) }, "integrity"],
      [
        "a media type that is not that of the body",
        { kind: "headers", headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" } },
        "media type",
      ],
      [
        "HTML with 200",
        { kind: "answer", status: 200, headers: { "content-type": "text/html" }, body: "<html>please log in</html>" },
        "HTML",
      ],
      [
        "an empty body with 200",
        { kind: "answer", status: 200, headers: { "content-type": "application/json" } },
        "empty",
      ],
      [
        "JSON that is no manifest",
        { kind: "answer", status: 200, headers: { "content-type": "application/json" }, body: "[]" },
        "not an object",
      ],
      ["a body without end", { kind: "flood" }, "more than"],
      ["a body that drips", { kind: "drip", everyMs: 5 }, "not complete within"],
      ["no answer at all", { kind: "hang" }, "no answer within"],
      [
        "a bomb",
        {
          kind: "answer",
          status: 200,
          headers: { "content-encoding": "gzip", "content-type": "application/json" },
          body: gzipSync(Buffer.alloc(64 * 1024 * 1024, " ")),
        },
        "more than",
      ],
      [
        "plain words with 200, which may hold anything",
        { kind: "answer", status: 200, headers: { "content-type": "text/plain" }, body: "session=s3cret" },
        "got 14 bytes of text without a type;",
      ],
      [
        "a web page instead of a 404",
        { kind: "answer", status: 404, headers: { "content-type": "text/html" }, body: "<html>not found</html>" },
        "web page",
      ],
      [
        "a redirect to a metadata service",
        { kind: "answer", status: 307, headers: { location: "http://169.254.169.254/latest/" } },
        "link-local",
      ],
      [
        "a redirect to itself",
        { kind: "answer", status: 302, headers: { location: "/v2/acme/platform/manifests/staging" } },
        "in a row",
      ],
    ])("%s", async (_name, fault, reason) => {
      const { registry, run, older } = await world();
      registry.misbehave({ when: isSource, fault });
      const verdict = await run();
      expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown", reason: expect.stringContaining(reason) });
      expect(puts(registry)).toBe(0);
      expect(registry.store.tag("acme/platform", "latest")).toBe(older.digest);
    });

    test("an image asked for by its digest that turns out to be another, honest in itself, is not used", async () => {
      const { registry, image, older } = await world();
      const source = parseImageRef(`${registry.host}/acme/platform@${image.digest}`);
      const target = parseImageRef(`${registry.host}/acme/platform:other`);
      const headers = { "content-type": older.mediaType, "docker-content-digest": older.digest };
      registry.misbehave({
        when: ({ path }) => path.endsWith(image.digest),
        fault: { kind: "answer", status: 200, headers, body: older.bytes },
      });
      const registries = openRegistries({ env, clock });
      const verdict = await retag({ source, targets: [target] }, { registries, clock });
      expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown", reason: expect.stringContaining("integrity") });
      expect(await registries.resolve(source)).toMatchObject({ kind: "unknown" });
      expect(puts(registry)).toBe(0);
    });

    test("a missing digest header is none of these: the bytes are hashed", async () => {
      const { registry, run, image } = await world();
      registry.misbehave({ when: () => true, fault: { kind: "headers", headers: { "docker-content-digest": null } } });
      expect(await run()).toMatchObject({ kind: "go", value: { digest: image.digest } });
    });

    test("schema 1 is refused in plain words", async () => {
      const { registry, run } = await world();
      const headers = { "content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws" };
      registry.misbehave({
        when: isSource,
        fault: { kind: "answer", status: 200, headers, body: '{"schemaVersion":1,"name":"x"}' },
      });
      expect(await run()).toMatchObject({
        kind: "stop",
        outcome: "refused",
        reason: expect.stringContaining("schema 1"),
      });
    });

    test("a config that cannot be read is unknown, not an image without labels", async () => {
      const { registry } = await world();
      registry.misbehave({ when: ({ path }) => path.includes("/blobs/"), fault: { kind: "answer", status: 500 } });
      const verdict = await inspect(parseImageRef(`${registry.host}/acme/platform:staging`), {
        registries: openRegistries({ env, clock }),
        clock,
      });
      expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown" });
    });
  });

  test("a manifest that a redirect leads to is checked like any other", async () => {
    const { registry, run, older } = await world();
    registry.misbehave({
      when: isSource,
      fault: { kind: "answer", status: 307, headers: { location: "/v2/acme/platform/manifests/latest" } },
    });
    const verdict = await run();
    expect(verdict).toMatchObject({ kind: "go", value: { digest: older.digest as Digest } });
    expect(registry.requests.some(isLatestRead)).toBe(true);
  });

  describe("rate limits", () => {
    test.each<[string, Misbehaviour["fault"]]>([
      ["Retry-After in seconds", { kind: "answer", status: 429, headers: { "retry-after": "2" } }],
      ["Retry-After zero", { kind: "answer", status: 429, headers: { "retry-after": "0" } }],
      ["Retry-After negative", { kind: "answer", status: 429, headers: { "retry-after": "-3" } }],
      [
        "Retry-After as a date long ago",
        { kind: "answer", status: 429, headers: { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" } },
      ],
      [
        "GHCR's duration in the body",
        { kind: "answer", status: 429, body: "toomanyrequests: retry-after: 12.5ms, allowed: 2000/minute" },
      ],
      [
        "GHCR's secondary limit as 403",
        { kind: "answer", status: 403, body: "You have exceeded a secondary rate limit. Please wait a few minutes." },
      ],
    ])("%s is obeyed, for reads and for writes", async (_name, fault) => {
      const { registry, run } = await world();
      registry.misbehave({ when: isSource, times: 2, fault });
      registry.misbehave({ when: isPut, times: 1, fault });
      expect(action(await run())).toBe("moved");
      expect(puts(registry)).toBe(2);
    });

    test("a billion seconds is not waited for", async () => {
      const { registry, run } = await world();
      registry.misbehave({
        when: isSource,
        fault: { kind: "answer", status: 429, headers: { "retry-after": "1000000000" } },
      });
      expect(await run()).toMatchObject({
        kind: "stop",
        outcome: "unknown",
        reason: expect.stringContaining("too many requests"),
      });
      expect(registry.requests.filter(isSource)).toHaveLength(1);
    });
  });
});
