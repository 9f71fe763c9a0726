import { afterAll, beforeAll, expect, test } from "vitest";
import { commit, startDatabase, startFleet, type TestFleet, tokens } from "../../test/world.ts";
import { createService, type Service } from "../service.ts";
import { openApi } from "./openapi.ts";
import { operations } from "./operations.ts";
import { answers } from "./schemas.ts";

// Requests that no client sends, by every path of the document: each gets an answer that the document names, and none a stack or a secret.

let server: Awaited<ReturnType<typeof startDatabase>>;
let fleet: TestFleet;
let service: Service;
beforeAll(async () => {
  server = await startDatabase();
  fleet = await startFleet(1);
  const fleets = { default: { settings: fleet.settings } };
  service = await createService({ database: server.url, fleets, tokens, env: fleet.env, drives: false });
}, 120_000);
afterAll(async () => {
  await service.close();
  await fleet.close();
  await server.stop();
});

/** Numbers from 0 to 1, the same for the same seed. Source: mulberry32, in the public domain. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words = [
  "",
  "default",
  "x".repeat(300),
  "../..",
  "%00",
  "\u0000",
  "ä €\u{1f680}",
  "\ud800",
  "'; drop table lateen_rollout; --",
  "__proto__",
  "constructor",
  "$1",
  "-1",
  "9".repeat(40),
  "NaN",
  "<script>",
  commit("b"),
  "bbbbbbb",
  "2026-02-30",
  "2026-11-30T00:00:00Z",
  "Europe/Berlin",
];
const fields = [
  "sha",
  "to",
  "reason",
  "dryRun",
  "from",
  "until",
  "days",
  "zone",
  "tenants",
  "__proto__",
  "toString",
  "unknown",
];

function generator(seed: number) {
  const next = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const value = (depth: number): unknown => {
    const kind = next();
    if (kind < 0.5) return pick(words);
    if (kind < 0.7) return pick([null, true, false, 0, -1, 1e308, 0.1, 2 ** 53]);
    if (kind < 0.85 || depth > 3) return Array.from({ length: Math.floor(next() * 4) }, () => value(depth + 1));
    return Object.fromEntries(fields.filter(() => next() < 0.2).map((field) => [field, value(depth + 1)]));
  };
  const object = (): unknown => Object.fromEntries(fields.filter(() => next() < 0.3).map((field) => [field, value(0)]));
  return {
    pick,
    next,
    body(): string | null {
      const kind = next();
      if (kind < 0.15) return JSON.stringify({ sha: commit(pick(["b", "c", "d"])) });
      if (kind < 0.35) return JSON.stringify({ reason: pick(words) });
      if (kind < 0.6) return JSON.stringify(object());
      if (kind < 0.7) return JSON.stringify(value(0)) ?? null;
      return pick([
        null,
        "",
        "{",
        "null",
        "[".repeat(10_000),
        '{"sha":1e999}',
        "\u0000",
        `{"reason":"${"x".repeat(3_000)}"}`,
        '{"sha":"b","sha":"c"}',
      ]);
    },
    headers(): Record<string, string> {
      const all: Record<string, string> = {
        authorization: `Bearer ${pick(["read", "operate", "admin", "admin", "admin"])}-token-1`,
      };
      const more: readonly (readonly [string, readonly string[]])[] = [
        ["content-type", ["application/json", "text/plain", "multipart/form-data", "x"]],
        ["accept", ["application/json", "application/json", "*/*", "text/html"]],
        ["last-event-id", ["-1", "1e9", "x", "99999999999999999999"]],
        ["traceparent", ["00-1", "x".repeat(1_000)]],
        ["content-length", ["1"]],
      ];
      for (const [name, values] of more) if (next() < 0.3) all[name] = pick(values);
      if (next() < 0.1) all["authorization"] = pick(["", "Bearer", "Basic x", "Bearer  ", "bearer admin-token-1 x"]);
      return all;
    },
  };
}

/** Statuses that the document has for a request. */
function documented(method: string, path: string): readonly number[] {
  const { paths } = openApi() as { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> };
  return Object.keys(paths[path]?.[method]?.responses ?? {}).map(Number);
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "seed %i: every answer is one of the document, without a stack or a secret",
  async (seed) => {
    const { pick, next, body, headers } = generator(seed);
    const ids = ["none"];
    const wrong: string[] = [];
    let taken = 0;
    for (let turn = 0; turn < 250; turn++) {
      const { method, path } = pick(operations);
      const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(
          name === "fleet" && next() < 0.7
            ? "default"
            : name === "id" && next() < 0.7
              ? pick(ids)
              : pick(words).toWellFormed(),
        ),
      );
      const text = method === "get" ? null : body();
      const request = new Request(
        `http://service${place}${next() < 0.2 ? `?after=${encodeURIComponent(pick(words).toWellFormed())}` : ""}`,
        {
          method: method.toUpperCase(),
          headers: { ...headers(), ...(path.endsWith("/events") ? { accept: "application/json" } : {}) },
          body: text,
        },
      );
      const response = await service.fetch(request);
      const answer = await response.text();
      // A path with an empty or unreadable part is another path, or none.
      const statuses = [...documented(method, path), 404];
      const said = `${request.method} ${place} ${text?.slice(0, 200) ?? ""} -> ${response.status} ${answer.slice(0, 300)}`;
      if (!statuses.includes(response.status) || response.status >= 500) wrong.push(said);
      if (/-token-1|postgres:\/\/|\bat [\w./]+ \(|\.ts:\d/.test(answer)) wrong.push(`leaks: ${said}`);
      if (response.status >= 400 && answers.error.safeParse(JSON.parse(answer)).success === false)
        wrong.push(`no three parts: ${said}`);
      if (method !== "get" && response.status < 300) taken += 1;
      if (response.status === 202) ids.push((JSON.parse(answer) as { rollout: string }).rollout);
    }
    expect(wrong).toEqual([]);
    // Some of it was right, so that more than the door was tried.
    expect(taken).toBeGreaterThan(0);
  },
);
