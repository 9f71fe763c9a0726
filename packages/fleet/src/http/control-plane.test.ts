import { type Clock, createSender, parseCommitSha, parseSlug, secret, systemClock } from "@lateen/kernel";
import { type ScriptedReply, startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CallSettings } from "../ports/control-plane.ts";
import { createControlPlane, type ControlPlaneOptions } from "./control-plane.ts";
import type { FleetEvent } from "../events.ts";

type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

const send = createSender(() => import("undici"));
const release = { sha: parseCommitSha("b".repeat(40)), digests: {}, tag: "staging-bbbbbbb" };
const settings: CallSettings = { soakMs: 60_000, batch: 3, maxStragglers: 1 };
const t1 = { slug: parseSlug("t1"), plane: "prod" };

let pauses: number[];
let server: ScriptedServer;
beforeEach(() => {
  pauses = [];
});
afterEach(() => server.close());

/** Pauses between tries pass at once; deadlines, which are longer, run in real time. */
const clock: Clock = {
  now: systemClock.now,
  sleep: async (ms, signal) => (ms <= 20_000 && ms >= 5_000 ? void pauses.push(ms) : systemClock.sleep(ms, signal)),
};

async function plane(
  replies: readonly ScriptedReply[],
  options: Partial<ControlPlaneOptions> = {},
): Promise<ReturnType<typeof createControlPlane>> {
  server = await startScriptedServer(replies);
  return createControlPlane({
    name: "prod",
    url: `${server.url}/`,
    token: secret("s3cret-token"),
    send,
    clock,
    ...options,
  });
}

const rows = (...slugs: readonly string[]) => ({
  ok: true,
  results: slugs.map((slug) => ({ slug, ssm_status: "DryRun" })),
});

describe("enumerate", () => {
  test("asks for a dry run with the whole body, and takes the slugs in the order of the rows, once each", async () => {
    const controlPlane = await plane([
      { body: { ok: true, results: [{ slug: "b" }, {}, { slug: "" }, { slug: "a" }, { slug: "b" }, 7] } },
    ]);
    const reading = await controlPlane.enumerate(release, { ...settings, canary: t1.slug });
    expect(reading).toEqual({
      kind: "found",
      value: [
        { slug: "b", plane: "prod" },
        { slug: "a", plane: "prod" },
      ],
    });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "POST", path: "/cp/admin/tenants/redeploy-fleet" });
    expect(request?.headers).toMatchObject({
      authorization: "Bearer s3cret-token",
      accept: "application/json",
      "content-type": "application/json",
    });
    expect(JSON.parse(String(request?.body))).toEqual({
      target_tag: "staging-bbbbbbb",
      canary_slug: "t1",
      soak_seconds: 60,
      batch_size: 3,
      max_stragglers: 1,
      dry_run: true,
      confirm: true,
    });
  });

  test("keeps the tags of a row, and none that are no list of texts", async () => {
    const results = [{ slug: "a", tags: ["eu"] }, { slug: "b", tags: "eu" }, { slug: "c" }];
    const reading = await (await plane([{ body: { ok: true, results } }])).enumerate(release, settings);
    expect(reading).toEqual({
      kind: "found",
      value: [
        { slug: "a", plane: "prod", tags: ["eu"] },
        { slug: "b", plane: "prod" },
        { slug: "c", plane: "prod" },
      ],
    });
  });

  test.each<[string, readonly ScriptedReply[], string]>([
    ["no rows", [{ body: { ok: true, results: [] } }], "absent"],
    ["ok: false", [{ body: { ok: false, results: [{ slug: "a" }], error: "no" } }], "CONTROL_PLANE_NOT_OK"],
    ["ok as a word", [{ body: { ok: "true", results: [{ slug: "a" }] } }], "CONTROL_PLANE_NOT_OK"],
    ["500 with rows", [{ status: 500, body: rows("a") }], "CONTROL_PLANE_STATUS"],
    ["400", [{ status: 400, body: { error: "confirm" } }], "CONTROL_PLANE_STATUS"],
    ["401", [{ status: 401 }], "CONTROL_PLANE_AUTH"],
    ["403", [{ status: 403 }], "CONTROL_PLANE_AUTH"],
    ["a redirect", [{ status: 302, headers: { location: "/elsewhere" } }], "CONTROL_PLANE_STATUS"],
    ["an HTML page", [{ body: "<html>log in</html>" }], "HTTP_NOT_JSON"],
    ["nothing", [{ body: "" }], "HTTP_NOT_JSON"],
    ["a list", [{ body: [] }], "HTTP_UNEXPECTED_BODY"],
    ["a slug that is an address", [{ body: rows("a", "evil.example.com/x") }], "SLUG_INVALID"],
  ])("%s is %s", async (_, replies, code) => {
    const reading = await (await plane(replies)).enumerate(release, settings);
    expect(reading.kind === "unknown" ? reading.cause.code : reading.kind).toBe(code);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, ScriptedReply, string]>([
    ["has_more", { body: { ...rows("a"), has_more: true } }, "has_more: true"],
    ["a next page", { body: { ...rows("a"), next_page: 2 } }, "next_page"],
    ["a cursor", { body: { ...rows("a"), next_cursor: "x" } }, "next_cursor"],
    ["a flag in camel case", { body: { ...rows("a"), hasNextPage: true } }, "hasNextPage: true"],
    ["a flag that is a word", { body: { ...rows("a"), has_more: "true" } }, "has_more"],
    ["a token", { body: { ...rows("a"), nextPageToken: "x" } }, "nextPageToken"],
    ["a page inside", { body: { ...rows("a"), pagination: { page: 1, next_page: 2 } } }, "next_page"],
    ["a link inside", { body: { ...rows("a"), _links: { next: { href: "/p?page=2" } } } }, "next in the answer"],
    ["a larger total inside", { body: { ...rows("a"), meta: { totalCount: "10" } } }, "totalCount: 10, 1 rows"],
    ["a smaller total", { body: { ...rows("a", "b"), total: 1 } }, "total: 1, 2 rows"],
    ["a page in a header", { body: rows("a"), headers: { "x-next-page": "2" } }, "X-Next-Page: 2"],
    ["a total in a header", { body: rows("a"), headers: { "x-total-count": "10" } }, "total: 10, 1 rows"],
    ["a larger total", { body: { ...rows("a"), total: 10 } }, "total: 10, 1 rows"],
    ["a link", { body: rows("a"), headers: { link: '</p?page=2>; title="x"; rel="next last"' } }, "Link: rel=next"],
  ])("a listing with %s is one page of it, and so unknown", async (_, reply, sign) => {
    const reading = await (await plane([reply])).enumerate(release, settings);
    expect(reading).toMatchObject({
      kind: "unknown",
      cause: { code: "CONTROL_PLANE_PAGED", message: expect.stringContaining(sign) },
    });
  });

  test("a listing whose paging fields say that it is whole is found", async () => {
    const body = {
      ...rows("a", "b"),
      has_more: false,
      total: 2,
      next: null,
      next_page: null,
      meta: { total: 2, next: "" },
    };
    const headers = { link: '</p?page=1>; rel="prev"', "x-next-page": "", "x-total": "2" };
    expect(await (await plane([{ body, headers }])).enumerate(release, settings)).toMatchObject({ kind: "found" });
  });

  test("a busy control plane is waited for as long as it says", async () => {
    const busy = { status: 429, headers: { "retry-after": "12" } };
    const reading = await (await plane([busy, { status: 409 }, { body: rows("a") }])).enumerate(release, settings);
    expect(reading).toMatchObject({ kind: "found" });
    expect(pauses).toEqual([12_000, 10_000]);
  });

  test.each<[string, ScriptedReply]>([
    ["502", { status: 502, body: "<html>" }],
    ["503", { status: 503 }],
    ["504", { status: 504 }],
    ["a reset", { fault: "reset" }],
    ["half an answer", { body: rows("a"), fault: "truncate" }],
  ])("%s is tried again after 5, 10 and 20 seconds, and then given up", async (_, reply) => {
    const said: FleetEvent[] = [];
    const options = { report: (event: FleetEvent) => void said.push(event) };
    const reading = await (
      await plane([reply, reply, reply, { body: rows("a") }], options)
    ).enumerate(release, settings);
    expect(reading).toMatchObject({ kind: "found" });
    expect(pauses).toEqual([5_000, 10_000, 20_000]);
    expect(said).toMatchObject(
      pauses.map((delayMs) => ({ type: "enumeration-retried", plane: "prod", message: expect.any(String), delayMs })),
    );
    await server.close();
    const given = await (await plane([reply, reply, reply, reply])).enumerate(release, settings);
    expect(given).toMatchObject({ kind: "unknown" });
    expect(server.requests).toHaveLength(4);
  });
});

describe("redeploy", () => {
  test("names the tenants and turns the server's own soak and batching off", async () => {
    const controlPlane = await plane([{ body: { ok: true, results: [] } }]);
    await controlPlane.redeploy([t1, { ...t1, slug: parseSlug("t2") }], release, { ...settings, soakMs: 0, batch: 2 });
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual({
      target_tag: "staging-bbbbbbb",
      soak_seconds: 0,
      batch_size: 2,
      max_stragglers: 1,
      dry_run: false,
      confirm: true,
      only_slugs: ["t1", "t2"],
    });
  });

  test.each<[string, ScriptedReply, string]>([
    ["200 and ok", { body: rows("t1") }, "answered true"],
    ["200 without rows", { body: { ok: true, results: [] } }, "answered true"],
    ["200 and not ok", { body: { ok: false, results: [] } }, "answered false"],
    ["500 with rows", { status: 500, body: { ok: true, results: [{ slug: "t1" }] } }, "answered false"],
    ["500 without rows", { status: 500, body: { ok: false, results: [] } }, "answered false"],
    ["500 that is no JSON", { status: 500, body: "Internal Server Error" }, "answered false"],
    ["200 with a login page", { body: "<!doctype html><title>Sign in</title>" }, "lost"],
    ["200 without a body", { body: "" }, "lost"],
    ["200 with plain text", { body: "ok" }, "lost"],
    ["200 with a list", { body: [{ slug: "t1" }] }, "lost"],
    ["200 with null", { body: "null" }, "lost"],
    ["200 with JSON of another service", { body: { status: "ok", message: "welcome" } }, "lost"],
    ["200 with half of its JSON", { body: '{"ok":true,"results":[{"slug":"t1"' }, "lost"],
    ["200 with a line for each tenant", { body: '{"slug":"t1"}\n{"slug":"t2"}\n' }, "lost"],
    ["200 and ok alone", { body: { ok: true } }, "answered true"],
    ["200 and not ok alone", { body: { ok: false } }, "answered false"],
    ["200 and an error alone", { body: { error: "no quota" } }, "answered false"],
    ["501", { status: 501 }, "refused"],
    ["502", { status: 502 }, "transient"],
    ["503", { status: 503 }, "transient"],
    ["504", { status: 504, body: "<html>gateway</html>" }, "lost"],
    ["524", { status: 524, body: "<html>a timeout occurred</html>" }, "lost"],
    ["202", { status: 202, body: { job: "7" } }, "answered true"],
    ["204", { status: 204 }, "answered true"],
    ["201 without rows", { status: 201, body: "queued" }, "answered true"],
    [
      "207 with a failed row",
      { status: 207, body: { ok: false, results: [{ slug: "t1", healthz_ok: false }] } },
      "answered true",
    ],
    ["409", { status: 409, body: { error: "another redeploy is in progress" } }, "busy"],
    ["423", { status: 423 }, "busy"],
    ["200 that says busy", { body: { ok: false, busy: true, results: [] } }, "busy"],
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "1" } }, "busy"],
    ["400", { status: 400, body: { ok: false, error: "confirm" } }, "refused"],
    ["401", { status: 401 }, "refused"],
    ["429", { status: 429, headers: { "retry-after": "1" } }, "busy"],
    ["301 to a login page", { status: 301, headers: { location: "https://login.example.com/?state=x" } }, "refused"],
    ["303", { status: 303, headers: { location: "/jobs/7" } }, "lost"],
    ["307", { status: 307, headers: { location: "/x" } }, "refused"],
    ["a reset", { fault: "reset" }, "lost"],
    ["half an answer", { body: rows("t1"), fault: "truncate" }, "lost"],
    ["silence", { fault: "silence" }, "lost"],
  ])("%s is %s, and never sent again from here", async (_, reply, expected) => {
    const controlPlane = await plane([reply], { readBudgetMs: 1_000 });
    const answer = await controlPlane.redeploy([t1], release, settings);
    expect(answer.kind === "answered" ? `answered ${answer.ok}` : answer.kind).toBe(expected);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["connect", "transient"],
    ["read", "lost"],
    ["write", "lost"],
  ])("a host that cannot be routed to in a %s is %s", async (syscall, kind) => {
    const cause = Object.assign(new Error("no route"), { code: "EHOSTUNREACH", syscall });
    const failing = async () => Promise.reject(new TypeError("fetch failed", { cause }));
    const controlPlane = await plane([], { send: failing });
    expect(await controlPlane.redeploy([t1], release, settings)).toMatchObject({ kind });
  });

  test("no connection is transient: nothing was ever handed over", async () => {
    const controlPlane = await plane([]);
    await server.close();
    expect(await controlPlane.redeploy([t1], release, settings)).toMatchObject({ kind: "transient" });
  });

  test("rows are read strictly: the last one of a tenant, booleans only, errors as a mere yes", async () => {
    const results = [
      { slug: "t1", healthz_ok: false, verified_on_target: true, error: "token=hunter2" },
      { slug: "t2", healthz_ok: "true", verified_on_target: "false", ssm_status: "Failed", error: "" },
      { slug: "../t3", healthz_ok: true },
      { slug: "t1", healthz_ok: true, verified_on_target: false, ssm_status: "Success", error: null },
      null,
    ];
    const answer = await (await plane([{ body: { ok: true, results, more: 1 } }])).redeploy([t1], release, settings);
    expect(answer).toEqual({
      kind: "answered",
      ok: true,
      rows: [
        { slug: "t2", hasError: false, commandOk: false },
        { slug: "t1", hasError: false, healthy: true, onTarget: false, commandOk: true },
      ],
    });
  });

  const spoken = {
    error: "confirm",
    message: "is missing",
    detail: "TRACE",
    results: [{ slug: "t1", error: "TRACE" }],
  };
  test.each<[string, ScriptedReply, string]>([
    ["its own words", { status: 400, body: spoken }, "control plane prod answered 400: confirm; is missing"],
    [
      "nothing where it has none",
      { status: 404, body: { results: spoken.results } },
      "control plane prod answered 404",
    ],
    ["nothing of a list", { status: 400, body: [spoken] }, "control plane prod answered 400"],
    ["no word that is none", { status: 401, body: { error: spoken } }, "control plane prod answered 401"],
    ["plain words", { status: 410, body: "slow down" }, "control plane prod answered 410: slow down"],
  ])("of a refusal is shown %s", async (_, reply, message) => {
    const refused = await (await plane([reply])).redeploy([t1], release, settings);
    expect(refused).toMatchObject({ kind: "refused", cause: { message } });
    const unread = await (await plane([reply])).enumerate(release, settings);
    expect(unread).toMatchObject({ kind: "unknown", cause: { message } });
  });

  test.each([
    [
      "its type and size",
      { body: "<html>Bearer hunter2" },
      "control plane prod answered 200 with 20 bytes of a web page",
    ],
    ["that it is empty", { body: "" }, "control plane prod answered 200 with an empty body"],
    [
      "where it sends",
      { status: 302, headers: { location: "https://id.example.com/in?state=hunter2" } },
      "https://id.example.com",
    ],
    [
      "the path of its own",
      { status: 308, headers: { location: "v2?key=hunter2" } },
      "a redirect to /cp/admin/tenants/v2",
    ],
    ["the status alone", { status: 302 }, "control plane prod answered 302"],
  ])("of an answer that is none of the control plane is said %s", async (_, reply, said) => {
    const answer = await (await plane([reply])).redeploy([t1], release, settings);
    expect(answer).toMatchObject({ cause: { message: expect.stringContaining(said) } });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  });

  test("of a failure that is no JSON is shown its type and size", async () => {
    const answer = await (await plane([{ status: 500, body: "TRACE" }])).redeploy([t1], release, settings);
    expect(answer).toMatchObject({ kind: "answered", message: expect.stringMatching(/^it answered 500 with 5 bytes/) });
  });

  test("texts are cut and redacted before anybody sees them", async () => {
    const error = `boom \u001b[31m AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG Bearer s3cret-token ${"x".repeat(2000)}`;
    const answer = await (
      await plane([{ body: { ok: false, results: [], error, message: "and s3cret-token" } }])
    ).redeploy([t1], release, settings);
    const message = answer.kind === "answered" ? (answer.message ?? "") : "";
    expect(message).toMatch(/^boom/);
    expect(message.length).toBeLessThanOrEqual(300);
    expect(message).not.toMatch(/wJalr|s3cret/);
    expect(message).not.toContain("\u001b");
  });

  test("the text of an HTML error page is left out", async () => {
    const answer = await (
      await plane([{ status: 502, body: "<html>stack trace</html>" }])
    ).redeploy([t1], release, settings);
    expect(answer).toMatchObject({ cause: { message: "control plane prod answered 502" } });
  });
});

describe("addresses", () => {
  test.each([
    ["http://api.example.com", undefined, false],
    ["http://api.example.com", true, true],
    ["https://api.example.com/base/", undefined, true],
    ["http://[::1]:8080", undefined, true],
    ["http://localhost:1", undefined, true],
    ["http://localhost.:1", undefined, true],
    ["http://api.localhost:1", undefined, true],
    ["http://[::ffff:127.0.0.1]:1", undefined, true],
    ["http://127.0.0.1.example.com", undefined, false],
    ["https://user:pw@api.example.com", undefined, false],
    ["ftp://api.example.com", undefined, false],
    ["api.example.com", undefined, false],
  ])("%s with insecure: %s is accepted: %s", async (url, insecure, accepted) => {
    server = await startScriptedServer([]);
    const create = () => createControlPlane({ name: "p", url, send, insecure });
    if (accepted) expect(create).not.toThrow();
    else expect(create).toThrow(expect.objectContaining({ code: "FLEET_URL_INVALID" }));
  });
});
