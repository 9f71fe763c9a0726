import { type AddressInfo } from "node:net";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { type Digest, parseImageRef, type ReleaseError, secret, type Verdict } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { inspect, openRegistries, type OpenRegistriesOptions, retag, type RetagReport } from "./index.ts";
import {
  type FakeRegistry,
  type LoggedRequest,
  type Misbehaviour,
  seedImage,
  type SeededImage,
  startRegistry,
  type StartRegistryOptions,
} from "./testing/index.ts";

// Twenty virtual seconds pass in one: deadlines, pauses and lag are real, only shorter.
const clock = createScaledClock({ factor: 20 });
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const password = "s3cret-robot-password";
const robot = { username: "robot", password: secret(password) };

/** Where a proxy is set, undici sends, else Node's own client does; what a server does to one, it must not get away with at the other. */
const ways = [
  ["node:http", {}],
  ["undici", { HTTPS_PROXY: "http://127.0.0.1:9" }],
] as const;
let env: NonNullable<OpenRegistriesOptions["env"]> = {};

interface World {
  readonly registry: FakeRegistry;
  readonly image: SeededImage;
  readonly older: SeededImage;
  readonly run: (settleMs?: number, options?: OpenRegistriesOptions) => Promise<Verdict<RetagReport>>;
}

async function world(options: StartRegistryOptions = {}): Promise<World> {
  const registry = await startRegistry(options);
  closing.push(registry.close);
  const image = await seedImage(registry, { repository: "acme/platform", tags: ["staging"], revision: "a".repeat(40) });
  const older = await seedImage(registry, { repository: "acme/platform", tags: ["latest"], revision: "b".repeat(40) });
  const run: World["run"] = (settleMs = 10_000, given = {}) => {
    const registries = openRegistries({
      clock,
      env,
      ...(options.auth === undefined ? {} : { registries: { [registry.host]: robot } }),
      ...given,
    });
    return retag(
      { source: parseImageRef(`${registry.host}/acme/platform:staging`), targets: ["latest"], settleMs },
      { registries, clock },
    );
  };
  return { registry, image, older, run };
}

const isPut = (request: LoggedRequest): boolean => request.method === "PUT";
const isSource = (request: LoggedRequest): boolean => request.path.endsWith("/manifests/staging");
const isLatestRead = (request: LoggedRequest): boolean =>
  request.method !== "PUT" && request.path.endsWith("/manifests/latest");
const isReadBack = (request: LoggedRequest): boolean =>
  request.method === "HEAD" && request.path.endsWith("/manifests/latest");
const action = (verdict: Verdict<RetagReport>): unknown => verdict.value?.images[0]?.tags[0]?.action;
const puts = (registry: FakeRegistry): number => registry.requests.filter(isPut).length;

describe.each(ways)("over %s", (_name, way) => {
  beforeAll(() => void (env = way));

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
        "a web page in place of a 404",
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

  describe("a write of which nobody knows whether it happened", () => {
    test.each<[string, Misbehaviour["fault"]]>([
      ["503 after it was applied", { kind: "answer-after", status: 503 }],
      ["the connection torn after it was applied", { kind: "reset", when: "after" }],
      ["the connection torn in the middle of the answer", { kind: "reset", when: "during-answer" }],
      [
        "an acknowledgement of other bytes",
        { kind: "headers", headers: { "docker-content-digest": `sha256:${"9".repeat(64)}` } },
      ],
    ])("%s: it is looked at and not sent again", async (_name, fault) => {
      const { registry, run, image } = await world();
      registry.misbehave({ when: isPut, fault });
      expect(action(await run())).toBe("moved");
      expect(registry.store.tag("acme/platform", "latest")).toBe(image.digest);
      expect(puts(registry)).toBe(1);
    });

    test.each<[string, Misbehaviour["fault"]]>([
      ["500 before it was applied", { kind: "answer", status: 500 }],
      ["the connection torn before it was applied", { kind: "reset", when: "before" }],
    ])("%s: it is looked at, then sent again", async (_name, fault) => {
      const { registry, run, image } = await world();
      registry.misbehave({ when: isPut, times: 1, fault });
      expect(action(await run())).toBe("moved");
      expect(registry.store.tag("acme/platform", "latest")).toBe(image.digest);
      expect(registry.requests.map(({ method }) => method).join(" ")).toContain("PUT HEAD PUT HEAD");
    });

    test("a registry that fails every write has changed nothing: unknown", async () => {
      const { registry, run, older } = await world();
      registry.misbehave({ when: isPut, fault: { kind: "answer", status: 500 } });
      expect(await run()).toMatchObject({ kind: "stop", outcome: "unknown" });
      expect(puts(registry)).toBe(3);
      expect(registry.store.tag("acme/platform", "latest")).toBe(older.digest);
    });

    test("an outage right after the write leaves it pending", async () => {
      const { registry, run } = await world();
      registry.misbehave({ when: isPut, fault: { kind: "reset", when: "after" } });
      registry.misbehave({ when: isReadBack, fault: { kind: "reset", when: "before" } });
      const verdict = await run(2_000);
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
      expect(action(verdict)).toBe("pending");
    });
  });

  describe("reading back", () => {
    test("201 that stored nothing is pending", async () => {
      const { registry, run } = await world();
      registry.misbehave({ when: isPut, fault: { kind: "pretend" } });
      const verdict = await run(3_000);
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
      expect(action(verdict)).toBe("pending");
    });

    test("lag within the time is waited out, beyond it the tag is pending", async () => {
      const { registry, run } = await world();
      const stop = registry.misbehave({ when: isReadBack, times: 4, fault: { kind: "lag" } });
      expect(action(await run(60_000))).toBe("moved");
      stop();
      const image = await seedImage(registry, {
        repository: "acme/platform",
        tags: ["staging"],
        revision: "c".repeat(40),
      });
      registry.misbehave({ when: isReadBack, fault: { kind: "lag" } });
      const verdict = await run(3_000);
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial", value: { digest: image.digest } });
      expect(action(verdict)).toBe("pending");
    });

    test("a third digest after our write is somebody else's", async () => {
      const { registry, run, image } = await world();
      const third = await seedImage(registry, {
        repository: "acme/platform",
        tags: ["other"],
        revision: "d".repeat(40),
      });
      registry.misbehave({
        when: isPut,
        fault: {
          kind: "meanwhile",
          act: (phase) => void (phase === "after" && registry.store.setTag("acme/platform", "latest", third.digest)),
        },
      });
      const verdict = await run();
      expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
      expect(verdict.value?.images[0]?.tags[0]).toMatchObject({ action: "foreign", after: third.digest });
      expect(image.digest).not.toBe(third.digest);
    });
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

  describe("authentication", () => {
    const auth = { users: { robot: password } };

    test("an endless 401 ends as an error of credentials", async () => {
      const { registry, run } = await world({ auth });
      const challenge = `Bearer realm="${registry.url}/token",service="registry"`;
      registry.misbehave({
        when: ({ path }) => path.startsWith("/v2/"),
        fault: { kind: "answer", status: 401, headers: { "www-authenticate": challenge } },
      });
      await expect(run()).rejects.toMatchObject({ category: "auth", code: "REGISTRY_UNAUTHORIZED" });
      expect(registry.requests.length).toBeLessThan(12);
    });

    test.each<[string, Misbehaviour["fault"]]>([
      ["401", { kind: "answer", status: 401, headers: { "www-authenticate": "Bearer error=invalid_token" } }],
      [
        "403",
        {
          kind: "answer",
          status: 403,
          body: '{"errors":[{"code":"DENIED","message":"Your authorization token has expired."}]}',
        },
      ],
      ["400", { kind: "answer", status: 400, body: "Your Authorization Token has expired." }],
    ])("a token that has expired, told with %s, is renewed once", async (_name, fault) => {
      const { registry, run } = await world({ auth });
      if (fault.kind === "answer" && fault.status === 401)
        registry.misbehave({
          when: isPut,
          times: 1,
          fault: { kind: "meanwhile", act: (phase) => void (phase === "before" && registry.expireTokens()) },
        });
      else registry.misbehave({ when: isPut, times: 1, fault });
      expect(action(await run())).toBe("moved");
      expect(registry.requests.filter(({ path }) => path === "/token")).toHaveLength(2);
    });

    test("a write that is denied is an error of credentials, and nothing has changed", async () => {
      const { registry, run, older } = await world({ auth: { users: { robot: { password, access: "pull" } } } });
      await expect(run()).rejects.toMatchObject({ category: "auth" });
      expect(registry.store.tag("acme/platform", "latest")).toBe(older.digest);
    });

    test("no credential appears in any error, event or verdict", async () => {
      const { registry, run } = await world({ auth: { users: { robot: "another" } } });
      const told: unknown[] = [];
      const error = await run(1_000, {
        clock,
        registries: { [registry.host]: robot },
        report: (event) => told.push(event),
      }).catch((thrown: unknown) => thrown);
      const texts: string[] = [];
      for (
        let cause = error as ReleaseError | undefined;
        cause !== undefined;
        cause = cause.cause as ReleaseError | undefined
      )
        texts.push(JSON.stringify(cause), cause.message, cause.why ?? "", cause.stack ?? "");
      const basic = Buffer.from(`robot:${password}`).toString("base64");
      for (const text of [...texts, JSON.stringify(told)])
        expect(text.includes(password) || text.includes(basic)).toBe(false);
    });

    test("credentials do not go to a token service on another host, nor to whom a redirect leads", async () => {
      const seen: (string | undefined)[] = [];
      const stranger = createServer((request, response) => {
        seen.push(request.headers.authorization);
        response.end('{"token":"stolen"}');
      });
      const url = await listen(stranger);
      const { registry, run } = await world({
        auth: { ...auth, realm: `${url.replace("127.0.0.1", "localhost")}/token` },
      });
      await expect(run()).rejects.toMatchObject({ category: "auth", code: "REGISTRY_REALM_REFUSED" });
      expect(seen).toEqual([]);
      const second = await world({ auth });
      second.registry.misbehave({
        when: ({ path }) => path === "/token",
        fault: { kind: "answer", status: 307, headers: { location: `${url}/token` } },
      });
      second.registry.misbehave({
        when: isSource,
        fault: { kind: "answer", status: 307, headers: { location: `${url}/x` } },
      });
      await second.run().catch(() => undefined);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.every((header) => header === undefined)).toBe(true);
      expect(registry.store.repositories.size).toBe(1);
    });
  });

  test("a redirected blob is read without credentials from loopback", async () => {
    const seen: (string | undefined)[] = [];
    const { registry } = await world({ auth: { users: { robot: password } } });
    const store = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(
        registry.store.repository("acme/platform").blobs.get(decodeURIComponent((request.url ?? "").slice(1))),
      );
    });
    const url = await listen(store);
    const blobs = [...registry.store.repository("acme/platform").blobs.keys()];
    for (const digest of blobs) {
      registry.misbehave({
        when: ({ path, authorization }) => authorization === "bearer" && path.endsWith(`/blobs/${digest}`),
        fault: { kind: "answer", status: 307, headers: { location: `${url}/${digest}` } },
      });
    }
    const registries = openRegistries({ env, clock, registries: { [registry.host]: robot } });
    const verdict = await inspect(parseImageRef(`${registry.host}/acme/platform:staging`), { registries, clock });
    expect(verdict).toMatchObject({ kind: "go", value: { revision: "a".repeat(40) } });
    expect(seen).toEqual([undefined, undefined]);
  });

  test("credentials that were dropped on the way to another origin are not picked up on the way back", async () => {
    const { registry, run } = await world({ auth: { users: { robot: password } } });
    const elsewhere = createServer((_request, response) => {
      response.writeHead(307, { location: `${registry.url}/v2/acme/platform/manifests/staging?back` }).end();
    });
    const url = await listen(elsewhere);
    const isFirst = (request: LoggedRequest): boolean => isSource(request) && request.authorization === "bearer";
    registry.misbehave({ when: isFirst, fault: { kind: "answer", status: 307, headers: { location: url } } });
    // The way back ends at a 401, which is no challenge to us.
    await expect(run()).rejects.toMatchObject({ category: "auth" });
    const back = registry.requests.filter(({ query }) => query === "?back");
    expect(back.map(({ authorization }) => authorization)).toEqual(["none"]);
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

  async function listen(server: Server): Promise<string> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});
