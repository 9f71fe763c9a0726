import { createServer } from "node:http";
import { parseImageRef, type ReleaseError } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { inspect } from "../../inspect.ts";
import { openRegistries } from "../../open-registries.ts";
import type { LoggedRequest, Misbehaviour } from "../../testing/misbehaviour.ts";
import {
  action,
  clock,
  closeServers,
  isPut,
  isSource,
  listen,
  password,
  puts,
  robot,
  startRetagWorld,
  ways,
} from "../../testing/retag-world.ts";
import type { StartRegistryOptions } from "../../testing/start-registry.ts";

afterEach(closeServers);

describe.each(ways)("over %s", (_name, env) => {
  const world = (options?: StartRegistryOptions) => startRetagWorld(env, options);

  describe("authentication", () => {
    const auth = { users: { robot: password } };

    test("an endless 401 ends as an error of credentials", async () => {
      const { registry, run } = await world({ auth });
      const challenge = `Bearer realm="${registry.url}/token",service="registry"`;
      registry.misbehave({
        when: ({ path }) => path.startsWith("/v2/"),
        fault: { kind: "answer", status: 401, headers: { "www-authenticate": challenge } },
      });
      await expect(run()).rejects.toMatchObject({ category: "auth", code: "REGISTRY_DENIED" });
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
    ])("a token that has expired, answered with %s, is renewed once", async (_name, fault) => {
      const { registry, run } = await world({ auth });
      if (fault.kind === "answer" && fault.status === 401)
        registry.misbehave({
          when: isPut,
          times: 1,
          fault: { kind: "interleave", act: (phase) => void (phase === "before" && registry.expireTokens()) },
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
      const reported: unknown[] = [];
      const error = await run(1_000, {
        clock,
        registries: { [registry.host]: robot },
        report: (event) => reported.push(event),
      }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ category: "auth" });
      const texts: string[] = [];
      for (
        let cause = error as ReleaseError | undefined;
        cause !== undefined;
        cause = cause.cause as ReleaseError | undefined
      )
        texts.push(JSON.stringify(cause), cause.message, cause.why ?? "", cause.stack ?? "");
      const basic = Buffer.from(`robot:${password}`).toString("base64");
      for (const text of [...texts, JSON.stringify(reported)])
        expect(text.includes(password) || text.includes(basic)).toBe(false);
    });

    test("credentials do not go to a token service on another host, nor to where a redirect leads", async () => {
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
      expect(puts(registry) + puts(second.registry)).toBe(0);
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
});
