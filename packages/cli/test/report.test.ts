import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

let world: World;
let sha = "";
beforeEach(async () => {
  world = await startWorld();
  sha = world.commits[1] ?? "";
});
afterEach(() => world.close());

/** Nothing in a page may be fetched or run, and no text from outside may be markup. */
function expectSelfContained(page: string): void {
  expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|@import|url\(/i);
  expect(page).toContain("default-src 'none'");
}

describe("report", () => {
  test("of a result shows tenants, tags, decisions and the raw data", async () => {
    await world.lateen(["ship", "--sha", sha, "--result-file", "result.json"]);
    const ran = await world.lateen(["report", "result.json"]);
    expect({ code: ran.code, stdout: ran.stdout }, ran.stderr).toEqual({ code: 0, stdout: "lateen-report.html\n" });
    const page = world.folder.read("lateen-report.html");
    expectSelfContained(page);
    for (const text of [
      sha,
      "shipped",
      "canary-a",
      "acme/platform:latest",
      "<b>supersession</b>",
      "prefers-color-scheme: dark",
      // The journal of the same rollout is found by itself.
      'id="timeline"',
      "rollout.jsonl",
      "&quot;schemaVersion&quot;: 1",
    ])
      expect(page).toContain(text);
  });

  test("of the journal shows what happened to every tenant over time", async () => {
    world.plane.treat("t2", "skips");
    await world.lateen(["ship", "--sha", sha]);
    const ran = await world.lateen(["report", "--out", "out/journal.html"]);
    expect(ran.code, ran.stderr).toBe(0);
    const page = world.folder.read("out/journal.html");
    expectSelfContained(page);
    for (const text of ['class="verified"', 'class="failed"', 'class="soak"', ">t2<", "halted"])
      expect(page).toContain(text);
  });

  test("of an event stream works, and hostile text stays text", async () => {
    const hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    world.folder.write(
      "events.ndjson",
      [
        { type: "version", schemaVersion: 1 },
        {
          type: "tenants-posted",
          slugs: [hostile],
          wave: hostile,
          call: 1,
          attempt: 1,
          at: "2026-01-01T00:00:00.000Z",
        },
        { type: "tenant-failed", slug: hostile, reason: hostile, at: "2026-01-01T00:00:05.000Z" },
        { type: "result", outcome: "halted", reason: hostile, fleet: undefined },
      ]
        .map((line) => JSON.stringify(line))
        .join("\n"),
    );
    expect((await world.lateen(["report", "events.ndjson"])).code).toBe(0);
    const page = world.folder.read("lateen-report.html");
    expect(page).not.toMatch(/<script|<img/);
    expect(page).toContain("&lt;script&gt;");
  });

  test("of several targets shows which of them are committed, why one is not, and what completes it", async () => {
    world.configure((text) =>
      text.replace("promote: { tags: [latest]", "promote: { tags: [latest], targets: { next: { tags: [next] } }"),
    );
    world.registry.misbehave({
      when({ method, path }) {
        if (method === "PUT" && path.endsWith("/manifests/latest")) world.forge.setVariable("DEPLOY_DISABLED", "true");
        return false;
      },
      fault: { kind: "answer", status: 500 },
    });
    const ran = await world.lateen(["promote", "--sha", sha, "--result-file", "result.json"]);
    expect(ran.code, ran.stderr).toBe(6);
    expect((await world.lateen(["report", "result.json"])).code).toBe(0);
    const page = world.folder.read("lateen-report.html");
    const section = /<section id="targets">.*?<\/section>/s
      .exec(page)?.[0]
      .replaceAll(/<[^>]+>|\s+/g, " ")
      .replaceAll(/ +/g, " ");
    expect(section).toMatch(
      / default shipped ✓ committed latest 1 [0-9a-f]{12} next held ✗ not committed next .*DEPLOY_DISABLED/,
    );
    expect(page.replaceAll(/\s+/g, " ")).toMatch(/<dt>targets committed<\/dt> <dd>1 of 2<\/dd>/);
    const given = JSON.parse(world.folder.read("result.json")) as object;
    world.folder.write("result.json", JSON.stringify({ ...given, next: ["lateen promote --sha <b>"] }));
    await world.lateen(["report", "result.json"]);
    expect(world.folder.read("lateen-report.html")).toContain("<code>lateen promote --sha &lt;b&gt;</code>");
  });

  test("of a result of another commit leaves the journal out", async () => {
    await world.lateen(["ship", "--sha", sha, "--result-file", "result.json"]);
    world.folder.write("result.json", world.folder.read("result.json").replaceAll(sha, "0".repeat(40)));
    expect((await world.lateen(["report", "result.json"])).code).toBe(0);
    expect(world.folder.read("lateen-report.html")).not.toContain('id="timeline"');
  });

  test("leaves out what is not as expected, and shows the rest", async () => {
    const at = 1_780_000_000_000;
    const lines = [
      { type: "tenants-posted", at },
      { type: "tenants-posted", slugs: 5, wave: "one", at },
      { type: "stages-planned", stages: [null], at },
      { type: "tenant-verified", slug: { no: "slug" }, at },
      { type: "tenant-failed", slug: "heath", reason: "gone", at: "yesterday" },
      { type: "soak-started", wave: "unheard of", until: 1e300, at },
      { type: "tenant-failed", slug: "heath", reason: "gone", at: at + 5 },
    ];
    world.folder.write("torn.jsonl", `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"type":"roll`);
    const ran = await world.lateen(["report", "torn.jsonl"]);
    expect(ran.code, ran.stderr).toBe(0);
    const page = world.folder.read("lateen-report.html");
    expect(page).toContain("<b>heath</b>");
    expect(page).toContain("unfinished");
  });

  test("of something else is an error", async () => {
    world.folder.write("other.txt", "hello");
    for (const file of ["other.txt", "nowhere.json"]) expect((await world.lateen(["report", file])).code).toBe(2);
  });
});
